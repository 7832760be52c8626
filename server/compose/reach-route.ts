import { Resolver } from 'node:dns/promises'
import { createConnection } from 'node:net'
import { Type } from '@sinclair/typebox'
import { reachPath } from '../../shared/names.ts'
import type { AdminRoute } from '../http/admin.ts'
import { jsonRoute } from '../http/json-route.ts'

/** How the network is asked; tests give their own. */
export interface Reaching {
  /** IPv4 addresses of a name. Rejects with the resolver's code, such as ENOTFOUND. */
  resolve(name: string): Promise<readonly string[]>
  /** Resolves once a connection is open, and closes it. Rejects where there is none. */
  connect(host: string, port: number): Promise<void>
}

const text = Type.String({ minLength: 1, maxLength: 253 })
const body = Type.Object({
  names: Type.Array(text, { maxItems: 10 }),
  address: Type.Optional(Type.String({ pattern: String.raw`^[0-9.]+:\d{1,5}$`, description: 'IPv4:PORT' })),
})

/**
 * `POST /reach` with `{"names": […], "address": "10.96.0.254:80"}`: how the network is from where the control plane is, which
 * no other place tells. Answers `{"names": {NAME: {"addresses": […]} or {"why": CODE}}, "isAnswered": whether something
 * accepts connections at the address}`.
 */
export const reachRoute = ({ resolve, connect }: Reaching = ofThisMachine): AdminRoute =>
  jsonRoute(reachPath, body, async ({ names, address }) => {
    const [found, isAnswered] = await Promise.all([
      Promise.all(
        names.map(async name => {
          const answer = await resolve(name).then(
            addresses => ({ addresses }),
            (error: unknown) => ({ why: codeOf(error) }),
          )
          return [name, answer] as const
        }),
      ),
      address === undefined ? undefined : isOpen(connect, address),
    ])
    return { names: Object.fromEntries(found), ...(isAnswered === undefined ? {} : { isAnswered }) }
  })

const isOpen = (connect: Reaching['connect'], address: string): Promise<boolean> => {
  const [host = '', port = ''] = address.split(':')
  return connect(host, Number(port)).then(
    () => true,
    () => false,
  )
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))

const timeoutMs = 2000

/** A pod's resolver is the cluster's DNS. */
const ofThisMachine: Reaching = {
  resolve: name => new Resolver({ timeout: timeoutMs, tries: 2 }).resolve4(name),
  connect: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ host, port, timeout: timeoutMs })
      const end = (error?: Error): void => {
        socket.destroy()
        if (error === undefined) resolve()
        else reject(error)
      }
      socket.once('connect', () => end())
      socket.once('timeout', () => end(new Error('timeout')))
      socket.once('error', end)
    }),
}
