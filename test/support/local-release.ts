// A release of one program for this machine, as install.sh fetches one.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTarGzip } from 'nanotar'
import { hostTarget } from '../../scripts/build/targets.ts'
import { execute } from './instance.ts'

export interface LocalRelease {
  /** For KECS_RELEASES. */
  readonly url: string
  readonly version: string
  stop(): Promise<void>
}

export async function serveRelease(program: string): Promise<LocalRelease> {
  const version = (await execute([program, 'version'])).stdout.trim().replace(/^kecs /, '')
  const name = `kecs-${hostTarget().name}`
  const archive = new Uint8Array(await createTarGzip([{ name: `${name}/kecs`, data: readFileSync(program), attrs: { mode: '755' } }]))
  const sum = createHash('sha256').update(archive).digest('hex')
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>([
    [`${name}.tar.gz`, archive],
    ['SHA256SUMS', `${sum}  ${name}.tar.gz\n`],
  ])
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: request => {
      const path = new URL(request.url).pathname
      const found = path.startsWith(`/releases/download/v${version}/`) ? files.get(path.slice(path.lastIndexOf('/') + 1)) : undefined
      return found === undefined ? new Response('no such file', { status: 404 }) : new Response(found)
    },
  })
  return { url: `${server.url.origin}/releases`, version, stop: () => server.stop(true) }
}
