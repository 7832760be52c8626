import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../shared/errors.ts'

/**
 * Puts copies of a folder's files, links followed, into a folder that others mount: there as a whole or not at all, and
 * left alone where it is the same. What is running from the folder that was there before goes on.
 */
export const layOut = async (from: string, to: string): Promise<void> => {
  const names = (await readdir(from)).sort()
  if (await isSame(names, from, to)) return
  const [fresh, old] = [`${to}.new`, `${to}.old`]
  await Promise.all([fresh, old].map(left => rm(left, { recursive: true, force: true })))
  await mkdir(fresh, { recursive: true })
  for (const name of names) await copyFile(join(from, name), join(fresh, name))
  await rename(to, old).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
  await rename(fresh, to)
  await rm(old, { recursive: true, force: true })
}

const isSame = async (names: readonly string[], from: string, to: string): Promise<boolean> => {
  try {
    const there = (await readdir(to)).sort()
    if (there.join('/') !== names.join('/')) return false
    for (const name of names) {
      const [one, other] = await Promise.all([from, to].map(folder => readFile(join(folder, name))))
      if (one === undefined || other === undefined || !one.equals(other)) return false
    }
    return true
  } catch {
    return false
  }
}
