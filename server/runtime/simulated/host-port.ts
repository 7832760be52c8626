import { createServer } from 'node:http'

export interface HostPort {
  close(): Promise<void>
}

/** Tells whoever asks that nothing real answers. */
export interface HostPortPage {
  readonly taskArn: string
  readonly container: string
  readonly image: string
  readonly containerPort: number
}

/**
 * Opens a TCP port on loopback that answers any HTTP request with 200 and says in a header and in the body that it is
 * simulated. Rejects as `listen` does: EADDRINUSE, EACCES.
 */
export const openHostPort = (port: number, page: HostPortPage): Promise<HostPort> => {
  const body = [
    'SIMULATED BY KECS: no container runs here, and this is not what your image would answer.',
    `image ${page.image}, container ${page.container}, port ${page.containerPort}`,
    `task ${page.taskArn}`,
    'For real containers, start kecs where Docker runs: kecs up',
    '',
  ].join('\n')
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-kecs-simulated': 'true', connection: 'close' })
    response.end(body)
  })
  const close = (): Promise<void> =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve({ close }))
  })
}
