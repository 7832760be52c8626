import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of a container's log. */
export interface Segment {
  readonly path: string
  readonly inode: number
  readonly isCompressed: boolean
}

/** `0.log` and so on for each run of the container; `0.log.20260102-030405`, later with `.gz`, for what was rotated away. */
const name = /^(\d+)\.log(?:\.(\d{8}-\d{6}))?(\.gz)?$/

/** The files that there are, the oldest first; none where there is no folder. */
export const segmentsIn = async (folder: string): Promise<readonly Segment[]> => {
  const names = await readdir(folder).catch(() => [])
  const found = names.flatMap(each => {
    const [, run = '', rotated = '9', compressed] = name.exec(each) ?? []
    return run === ''
      ? []
      : [{ path: join(folder, each), order: `${run.padStart(8, '0')} ${rotated}`, isCompressed: compressed !== undefined }]
  })
  const sorted = found.toSorted((one, other) => (one.order < other.order ? -1 : 1))
  const segments = await Promise.all(
    sorted.map(async ({ path, isCompressed }) => {
      const inode = await stat(path).then(
        ({ ino }) => ino,
        () => undefined,
      )
      return inode === undefined ? undefined : { path, inode, isCompressed }
    }),
  )
  return segments.filter(segment => segment !== undefined)
}
