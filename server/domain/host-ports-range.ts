/** The ports of a range such as `8000-8010`, both ends included; empty when the text is no range of ports. */
export const portsOfRange = (range: string): number[] => {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(range)
  if (match === null) return []
  const first = Number(match[1])
  const last = Number(match[2])
  if (first < 1 || last > 65535 || last < first) return []
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
