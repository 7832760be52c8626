/** The README's first example: the first `sh` block after the heading `A first example`, without the line that calls `kecs env`. */
export function firstExample(readme: string): string {
  const section = readme.split('## A first example')[1]
  const block = section === undefined ? undefined : /```sh\n([\s\S]*?)```/.exec(section)?.[1]
  if (block === undefined) throw new Error('the README has no first example')
  return block
    .split('\n')
    .filter(line => !line.includes('kecs env'))
    .join('\n')
}
