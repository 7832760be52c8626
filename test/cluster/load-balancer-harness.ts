// Load balancers of a real cluster with targets that are servers of this process, at the address by which the
// cluster's containers reach this machine.
import { createSocket } from 'node:dgram'
import { type IncomingHttpHeaders, type RequestOptions, request as httpRequest } from 'node:http'
import { type ServerHttp2Stream, createServer as createHttp2Server } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { type Socket, createServer as createTcpServer } from 'node:net'
import { type ConnectionOptions, type SecureVersion, connect as connectTls } from 'node:tls'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleCondition } from '../../server/aws/generated/elbv2.ts'
import type { TestInstance } from '../support/instance.ts'
import { type Network, defaultNetwork } from '../support/network.ts'
import { until } from '../support/until.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Asked extends RequestOptions {
  readonly ca?: string
  readonly servername?: string
  /** A client's certificate and its key, PEM. */
  readonly cert?: string
  readonly key?: string
  readonly body?: string
}

/** One request to this machine; no redirect is followed. */
export const ask = (port: number, { body, ca, servername, ...options }: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = ca === undefined ? httpRequest : httpsRequest
    const tls = ca === undefined ? {} : { ca, servername: servername ?? 'localhost' }
    const sent = send({ host: '127.0.0.1', port, timeout: 20_000, ...tls, ...options }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
      answer.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(body)
  })

/** What TLS agrees on: the version, the cipher as OpenSSL calls it, and the protocol within, which may be none. */
export interface Agreed {
  readonly version: string | null
  readonly cipher: string
  readonly protocol: string | false | null
}

/** A handshake on this machine; undefined where it is refused. */
export const agreed = (port: number, options: ConnectionOptions): Promise<Agreed | undefined> =>
  new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ...options }, () => {
      resolve({ version: socket.getProtocol(), cipher: socket.getCipher().name, protocol: socket.alpnProtocol })
      socket.destroy()
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(undefined))
    socket.setTimeout(60_000, () => {
      reject(new Error('no handshake in time'))
      socket.destroy()
    })
  })

/** A client that speaks one version of TLS. */
export const only = (version: SecureVersion) => ({ minVersion: version, maxVersion: version })

/** The address of this machine on the cluster's Docker network. */
export const hostAddress = async (kecs: TestInstance): Promise<string> => {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}'
  const { stdout } = await kecs.run(['docker', 'network', 'inspect', 'kind', '--format', format])
  const address = stdout.split(/\s+/).find(each => /^\d+\.\d+\.\d+\.\d+$/.test(each))
  if (address === undefined) throw new Error(`the network kind has no gateway: ${stdout}`)
  return address
}

export interface Server {
  readonly port: number
  stop(): void | Promise<void>
}

/** Says who it is and what came; echoes messages of web sockets; answers /slow after five seconds. */
export const httpBackend = (hostname: string, name: string): Server => {
  const server = Bun.serve({
    hostname,
    port: 0,
    async fetch(request, self) {
      if (request.headers.get('upgrade') === 'websocket' && self.upgrade(request)) return undefined
      const url = new URL(request.url)
      if (url.pathname === '/slow') await Bun.sleep(5_000)
      const headers = Object.fromEntries(request.headers)
      return Response.json({ name, path: url.pathname + url.search, method: request.method, headers }, { headers: { 'x-name': name } })
    },
    websocket: { message: (socket, message) => void socket.send(`${name} ${String(message)}`) },
  })
  return { port: server.port ?? 0, stop: () => server.stop(true) }
}

const ok = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`
const mine = (status: number): string => `HTTP/1.1 ${status} Mine\r\nContent-Length: 4\r\nX-Own: yes\r\n\r\nmine`
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

/** Of `/large`. */
export const largeBytes = 50 * 1024 * 1024

/**
 * Speaks HTTP/1.1 byte by byte, and breaks it as its path says: it resets or closes the connection, stops within its header,
 * talks nonsense, or says nothing. `/events` has a second event and an end once `goOn` is called.
 */
export const brittleBackend = async (hostname: string): Promise<Server & { goOn(): void }> => {
  const waiting: Socket[] = []
  const answers: Readonly<Record<string, (socket: Socket) => unknown>> = {
    '/resets': socket => socket.resetAndDestroy(),
    '/closes': socket => socket.end(),
    '/half': socket => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    '/nonsense': socket => socket.end('what did you say?\r\n\r\n'),
    '/silent': () => {},
    '/502': socket => socket.write(mine(502)),
    '/504': socket => socket.write(mine(504)),
    // As short as an answer can be.
    '/bare': socket => socket.end('HTTP/1.1 502 Mine\r\n\r\nmine'),
    '/large': socket => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${largeBytes}\r\n\r\n`)
      for (let sent = 0; sent < largeBytes; sent += 1024 * 1024) socket.write(Buffer.alloc(1024 * 1024, sent / (1024 * 1024)))
    },
    '/events': socket => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('data: 1\n\n')}`)
      waiting.push(socket)
    },
  }
  const server = createTcpServer(socket => {
    let head = ''
    socket.on('error', () => {})
    socket.on('data', data => {
      head += data.toString('latin1')
      const [, path] = /^\S+ (\S+) .*\r\n\r\n$/s.exec(head) ?? []
      if (path === undefined) return
      head = ''
      const answer = answers[path] ?? (() => socket.write(ok('ok')))
      answer(socket)
    })
  })
  await new Promise<void>(resolve => server.listen(0, hostname, resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    goOn: () => waiting.splice(0).forEach(socket => void socket.write(`${chunk('data: 2\n\n')}0\r\n\r\n`)),
    stop: () => void server.close(),
  }
}

/** HTTP/2 without TLS, as a gRPC server speaks it: a body, then trailers. */
export const grpcBackend = async (hostname: string): Promise<Server> => {
  const server = createHttp2Server()
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.on('data', () => {})
    stream.end('\0\0\0\0\u0002hi')
  })
  await new Promise<void>(resolve => server.listen(0, hostname, resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, stop: () => void server.close() }
}

/** Speaks first, then echoes in capitals. */
export const tcpBackend = async (hostname: string): Promise<Server> => {
  const server = createTcpServer(socket => {
    socket.write('hello\n')
    socket.on('data', data => socket.write(data.toString().toUpperCase()))
    socket.on('error', () => {})
  })
  await new Promise<void>(resolve => server.listen(0, hostname, resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, stop: () => void server.close() }
}

export const udpBackend = async (hostname: string): Promise<Server> => {
  const server = createSocket('udp4')
  server.on('message', (message, from) => server.send(message.toString().toUpperCase(), from.port, from.address))
  await new Promise<void>(resolve => server.bind(0, hostname, resolve))
  return { port: server.address().port, stop: () => void server.close() }
}

/** The SDK's types have lists that may be changed. */
const mutable = (conditions: readonly RuleCondition[]): elb.RuleCondition[] => JSON.parse(JSON.stringify(conditions))

/** Names of this run alone, as an instance may have been there before. */
const run = Date.now().toString(36)

/** Load balancers by the SDK, each call waiting for nothing but its answer. */
export class Balancers {
  readonly client: elb.ElasticLoadBalancingV2Client
  readonly #kecs: TestInstance
  #found: Promise<Network> | undefined
  readonly #made: { readonly balancers: string[]; readonly groups: string[] } = { balancers: [], groups: [] }

  constructor(kecs: TestInstance) {
    this.#kecs = kecs
    this.client = new elb.ElasticLoadBalancingV2Client({
      endpoint: kecs.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
  }

  #network(): Promise<Network> {
    return (this.#found ??= defaultNetwork(this.#kecs.endpoint))
  }

  async balancer(Name: string, Type: 'application' | 'network' = 'application'): Promise<{ arn: string; dnsName: string }> {
    const Subnets = [...(await this.#network()).subnets]
    const made = await this.client.send(new elb.CreateLoadBalancerCommand({ Name: `${Name}-${run}`, Type, Subnets }))
    const { LoadBalancerArn: arn = '', DNSName: dnsName = '' } = made.LoadBalancers?.[0] ?? {}
    this.#made.balancers.unshift(arn)
    return { arn, dnsName }
  }

  async group(
    Name: string,
    targets: readonly { readonly Id: string; readonly Port: number }[],
    more: Partial<elb.CreateTargetGroupCommandInput> = {},
  ) {
    const made = await this.client.send(
      new elb.CreateTargetGroupCommand({
        Name: `${Name}-${run}`,
        Protocol: 'HTTP',
        Port: 80,
        VpcId: (await this.#network()).vpc,
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        ...more,
      }),
    )
    const arn = made.TargetGroups?.[0]?.TargetGroupArn ?? ''
    this.#made.groups.push(arn)
    if (targets.length > 0) await this.register(arn, targets)
    return arn
  }

  async register(TargetGroupArn: string, targets: readonly { readonly Id: string; readonly Port: number }[]): Promise<void> {
    await this.client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets: [...targets] }))
  }

  /** A listener, once the gateway has it: its ARN and its port of this machine. */
  async listener(balancer: string, Port: number, action: elb.Action, more: Partial<elb.CreateListenerCommandInput> = {}) {
    const made = await this.client.send(
      new elb.CreateListenerCommand({ LoadBalancerArn: balancer, Protocol: 'HTTP', Port, DefaultActions: [action], ...more }),
    )
    const arn = made.Listeners?.[0]?.ListenerArn ?? ''
    const port = await until(`a port for the listener on ${Port}`, async () => {
      const { TagDescriptions } = await this.client.send(new elb.DescribeTagsCommand({ ResourceArns: [arn] }))
      const tag = TagDescriptions?.[0]?.Tags?.find(({ Key }) => Key === 'aws:kecs:port')
      return tag === undefined ? undefined : Number(tag.Value)
    })
    return { arn, port }
  }

  rule(listener: string, priority: number, conditions: readonly RuleCondition[], action: elb.Action): Promise<void> {
    return this.rules(listener, priority, conditions, [action])
  }

  /** A rule with several actions, and whatever else. */
  async rules(
    listener: string,
    Priority: number,
    Conditions: readonly RuleCondition[],
    actions: readonly elb.Action[],
    more: Partial<elb.CreateRuleCommandInput> = {},
  ): Promise<void> {
    await this.client.send(
      new elb.CreateRuleCommand({ ListenerArn: listener, Priority, Conditions: mutable(Conditions), Actions: [...actions], ...more }),
    )
  }

  /** Gives ports and names back. One load balancer may be another's target: those come first that were made last, then all. */
  async removeAll(): Promise<void> {
    const { balancers, groups } = this.#made
    for (const send of [...balancers, ...balancers].map(
      LoadBalancerArn => () => this.client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn })),
    )) {
      await send().catch(() => {})
      for (const TargetGroupArn of groups) await this.client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn })).catch(() => {})
    }
  }

  get kecs(): TestInstance {
    return this.#kecs
  }
}

export const forward = (...groups: readonly (readonly [arn: string, weight: number])[]): elb.Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
})

export const fixed = (StatusCode: string, MessageBody?: string, ContentType?: string): elb.Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: {
    StatusCode,
    ...(MessageBody === undefined ? {} : { MessageBody }),
    ...(ContentType === undefined ? {} : { ContentType }),
  },
})
