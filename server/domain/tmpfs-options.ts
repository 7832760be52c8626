/**
 * The options that a tmpfs of a container is mounted with: Docker's own, `noexec`, `nosuid` and `nodev`, and those of its
 * definition, of which the last word on a matter counts. An option that is none is left to the kernel, which refuses it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html
 */
export const tmpfsOptions = (asked: readonly string[]): readonly string[] => {
  const byMatter = new Map<string, string>()
  for (const option of ['noexec', 'nosuid', 'nodev', ...asked]) {
    if (option === 'defaults') continue
    const matter = matterOf(option)
    byMatter.delete(matter)
    byMatter.set(matter, option)
  }
  return [...byMatter.values()]
}

/** Options that contradict each other are of one matter. */
const matterOf = (option: string): string => {
  if (propagations.has(option)) return 'propagation'
  const [name = ''] = option.split('=')
  return opposites.get(name) ?? name
}

const propagations = new Set(['shared', 'rshared', 'slave', 'rslave', 'private', 'rprivate', 'unbindable', 'runbindable'])
const opposites = new Map([
  ['rw', 'ro'],
  ['noexec', 'exec'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
  ['async', 'sync'],
  ['nomand', 'mand'],
  ['noatime', 'atime'],
  ['nodiratime', 'diratime'],
  ['norelatime', 'relatime'],
  ['nostrictatime', 'strictatime'],
])
