/** What is built for where. */
export interface Target {
  /** Part of the file's name in a release: `kecs-linux-arm64`. */
  readonly name: string
  /** Bun's name for it, in `compile.target`. */
  readonly bunTarget: Bun.Build.CompileTarget
  /** npm package with Bun's runtime for it. */
  readonly runtimePackage: string
  /** npm package with DuckDB's addon and library for it. */
  readonly duckdbPackage: string
}

const target = (name: string, bunTarget: Bun.Build.CompileTarget, runtime: string): Target => ({
  name,
  bunTarget,
  runtimePackage: `@oven/${runtime}`,
  duckdbPackage: `@duckdb/node-bindings-${name}`,
})

export const targets: readonly Target[] = [
  target('linux-x64', 'bun-linux-x64', 'bun-linux-x64'),
  target('linux-arm64', 'bun-linux-arm64', 'bun-linux-aarch64'),
  target('linux-x64-musl', 'bun-linux-x64-musl', 'bun-linux-x64-musl'),
  target('darwin-x64', 'bun-darwin-x64', 'bun-darwin-x64'),
  target('darwin-arm64', 'bun-darwin-arm64', 'bun-darwin-aarch64'),
]

/** The one that runs on this machine. Throws on a platform that kecs is not built for. */
export const hostTarget = (): Target => {
  const musl = process.platform === 'linux' && !isGlibc() ? '-musl' : ''
  return targetNamed(`${process.platform}-${process.arch}${musl}`)
}

/** The one that runs in the image, which has glibc, on this machine's Docker. */
export const imageTarget = (): Target => targetNamed(`linux-${process.arch}`)

const targetNamed = (name: string): Target => {
  const found = targets.find(each => each.name === name)
  if (found === undefined) throw new Error(`kecs is not built for ${name}; there are ${targets.map(each => each.name).join(', ')}`)
  return found
}

const isGlibc = (): boolean => {
  const report: unknown = process.report.getReport()
  if (typeof report !== 'object' || report === null || !('header' in report)) return true
  const { header } = report
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header
}
