/** Edits (insert, delete, replace, swap of neighbours) from one word to another. */
export const distance = (from: string, to: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[to.length] ?? 0
}

/** The word among `known` that was most likely meant: the one that begins so, else the nearest; undefined when none is near. */
export const closest = (word: string, known: readonly string[]): string | undefined => {
  const begun = known.filter(candidate => word.length >= 2 && candidate.startsWith(word))
  if (begun.length === 1) return begun[0]
  const ranked = known.map(candidate => ({ candidate, edits: distance(word, candidate) })).sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  if (best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3))) return best.candidate
  return word.length >= 3 ? begun[0] : undefined
}
