import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { CliError, messageOf } from '../../shared/errors.ts'

/** Programs that make clusters. */
export type ToolName = 'k3d' | 'kind'

interface Tool {
  readonly version: string
  /** Below the base address; `{version}` and `{platform}` are filled in. */
  readonly path: string
  /** SHA-256 of each platform's file. */
  readonly checksums: Readonly<Record<string, string>>
}

/**
 * What is fetched when a tool is missing. The checksums are kept here, not fetched beside the file, so that neither a
 * changed release nor whoever serves the base address can slip in another program. They are those of the projects'
 * release pages; a version is raised together with its checksums.
 */
export const tools: Readonly<Record<ToolName, Tool>> = {
  k3d: {
    version: '5.8.3',
    path: 'k3d-io/k3d/releases/download/v{version}/k3d-{platform}',
    checksums: {
      'linux-amd64': 'dbaa79a76ace7f4ca230a1ff41dc7d8a5036a8ad0309e9c54f9bf3836dbe853e',
      'linux-arm64': '0b8110f2229631af7402fb828259330985918b08fefd38b7f1b788a1c8687216',
      'darwin-amd64': 'fd0f8e9e8ea4d8bc3674572ca6ed0833b639bf57c43c708616d937377324cfea',
      'darwin-arm64': '8da468daa7dc7cf7cdd4735f90a9bb05179fa27858250f62e3d8cdf5b5ca0698',
    },
  },
  kind: {
    version: '0.30.0',
    path: 'kubernetes-sigs/kind/releases/download/v{version}/kind-{platform}',
    checksums: {
      'linux-amd64': '517ab7fc89ddeed5fa65abf71530d90648d9638ef0c4cde22c2c11f8097b8889',
      'linux-arm64': '7ea2de9d2d190022ed4a8a4e3ac0636c8a455e460b9a13ccf19f15d07f4f00eb',
      'darwin-amd64': '4f0b6e3b88bdc66d922c08469f05ef507d4903dd236e6319199bb9c868eed274',
      'darwin-arm64': 'ceaf40df1d1551c481fb50e3deb5c3deecad5fd599df5469626b70ddf52a1518',
    },
  },
}

const releases = 'https://github.com'

/** A program's path when it can be run from `PATH`, or from where kecs puts what it fetches; undefined otherwise. */
export const findTool = async (
  name: ToolName,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<string | undefined> => {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  const candidates = [...folders.map(folder => join(folder, name)), fetchedPath(name, home)]
  for (const candidate of candidates) if (await isRunnable(candidate)) return candidate
  return undefined
}

const fetchedPath = (name: ToolName, home: string): string => join(home, 'bin', `${name}-${tools[name].version}`)

/** Whether this user may run the file. */
export const isRunnable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

export interface FetchOptions {
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: (line: string) => void
  /** Such as `linux-amd64`; this machine's unless given. */
  readonly platform?: string
  /** What is fetched; the pinned tool unless given. */
  readonly tool?: Tool
}

/**
 * Fetches a tool into KECS_HOME/bin and answers its path. Nothing is kept, and nothing is run, whose checksum is not the
 * pinned one. The base address is KECS_DOWNLOAD_BASE, for mirrors. Throws `CliError`.
 */
export const fetchTool = async (name: ToolName, options: FetchOptions): Promise<string> => {
  const { home, env, signal, progress, platform = thisPlatform(), tool = tools[name] } = options
  const expected = tool.checksums[platform]
  if (expected === undefined) {
    throw new CliError(`kecs knows no ${name} for ${platform}.`, `Install ${name} yourself so that it is on PATH.`)
  }
  const base = (env['KECS_DOWNLOAD_BASE'] || releases).replace(/\/$/, '')
  const address = `${base}/${tool.path.replace('{version}', tool.version).replace('{platform}', platform)}`
  progress(`from ${address}`)
  const bytes = await download(name, address, signal, progress)
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== expected) {
    throw new CliError(
      `What ${address} answers is not ${name} ${tool.version}: its checksum is another one.`,
      `Nothing was kept. Something between here and there changes downloads, or KECS_DOWNLOAD_BASE serves another file. Or install ${name} yourself.`,
      { details: [`expected ${expected}`, `found    ${actual}`] },
    )
  }
  const path = join(home, 'bin', `${name}-${tool.version}`)
  const draft = `${path}.${process.pid}.tmp`
  await mkdir(join(home, 'bin'), { recursive: true })
  try {
    await writeFile(draft, bytes)
    await chmod(draft, 0o755)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  return path
}

const download = async (name: ToolName, address: string, signal: AbortSignal, progress: (line: string) => void): Promise<Uint8Array> => {
  const refuse = (why: string, cause?: unknown) =>
    new CliError(
      `${name} could not be fetched: ${why}.`,
      `Check the connection (a proxy: HTTPS_PROXY; a mirror: KECS_DOWNLOAD_BASE), or install ${name} yourself so that it is on PATH.\nWith simulated tasks none is needed: kecs up --driver simulated`,
      { details: [address], cause },
    )
  try {
    const response = await fetch(address, { signal })
    if (!response.ok) throw refuse(`the server answered ${response.status}`)
    const total = Number(response.headers.get('content-length') ?? 0)
    const chunks: Uint8Array[] = []
    let received = 0
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      received += chunk.length
      progress(total > 0 ? `${megabytes(received)} of ${megabytes(total)} MB` : `${megabytes(received)} MB`)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof CliError ? error : refuse(messageOf(error), error)
  }
}

const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(0)

/** This machine as release files name it: `linux-amd64`, `darwin-arm64`. */
export const thisPlatform = (): string => `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
