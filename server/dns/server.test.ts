// The server as resolvers see it: Node's own over UDP, and bytes over TCP.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { createSocket } from 'node:dgram'
import packet, { type DecodedPacket } from 'dns-packet'
import { createLog } from '../log.ts'
import type { Zones } from '../domain/discovery/answers.ts'
import { type DnsListening, listenDns } from './server.ts'

const zones: Zones = {
  namespaces: name =>
    name === 'corp.test'
      ? [
          {
            scope: 's',
            namespace: { Id: 'n', Arn: 'n', Name: name, Type: 'DNS_PRIVATE' },
            httpName: name,
            tags: [],
            createdBy: { operation: 'o', operationId: 'o' },
          },
        ]
      : [],
  services: () =>
    (['A', 'SRV', 'CNAME'] as const).map(Type => ({
      scope: 's',
      namespaceArn: 'n',
      service: { Id: Type, Arn: Type, Name: Type, NamespaceId: 'n', DnsConfig: { DnsRecords: [{ Type, TTL: 9 }] } },
      attributes: {},
      tags: [],
      instancesRevision: 1,
      requestDigest: '',
    })),
  instances: arn =>
    Array.from({ length: arn === 'CNAME' ? 1 : 8 }, (_, index) => ({
      scope: 's',
      serviceArn: arn,
      instance: {
        Id: `${index}`.repeat(32),
        Attributes:
          arn === 'CNAME' ? { AWS_INSTANCE_CNAME: 'db.example.com' } : { AWS_INSTANCE_IPV4: `10.0.0.${index}`, AWS_INSTANCE_PORT: '80' },
      },
      registeredAt: 0,
    })),
  random: () => 0.5,
}

let server: DnsListening
beforeAll(async () => {
  const resolve = (name: string) => (name === 'db.example.com' ? Promise.resolve(['192.0.2.1']) : Promise.reject(new Error('none')))
  server = await listenDns('127.0.0.1', 0, { zones, resolve, log: createLog({ logLevel: 'error' }) })
})
afterAll(() => server.stop())

const queryOf = (name: string, type: 'A' | 'AAAA' | 'SRV' | 'CNAME') =>
  packet.encode({ type: 'query', id: 7, flags: packet.RECURSION_DESIRED, questions: [{ type, name }] })

/** RFC 1035, 4.1.1: 0 no error, 3 no such name, 5 refused. */
const codeOf = ({ flags = 0 }: Pick<DecodedPacket, 'flags'>): number => flags & 0xf

const overUdp = (query: Buffer): Promise<DecodedPacket> =>
  new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.on('message', bytes => {
      socket.close()
      resolve(packet.decode(bytes))
    })
    socket.send(query, server.port, '127.0.0.1')
  })

const overTcp = (query: Buffer): Promise<DecodedPacket> =>
  new Promise((resolve, reject) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    let got = Buffer.alloc(0)
    const socket = connect(server.port, '127.0.0.1', () => {
      // In pieces, as a network may deliver it.
      socket.write(length)
      socket.write(query)
    })
    socket.on('error', reject)
    socket.on('data', (bytes: Buffer) => {
      got = Buffer.concat([got, bytes])
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return
      socket.destroy()
      resolve(packet.decode(got.subarray(2)))
    })
  })

test('addresses, asked as it may be', async () => {
  const { id, questions, answers = [], flag_aa: isAuthoritative, flags } = await overUdp(queryOf('A.Corp.test', 'A'))
  expect([id, isAuthoritative, codeOf({ flags })]).toEqual([7, true, 0])
  expect(questions).toMatchObject([{ name: 'A.Corp.test', type: 'A' }])
  expect(answers).toHaveLength(8)
  expect(answers[0]).toMatchObject({ name: 'A.Corp.test', type: 'A', ttl: 9, data: '10.0.0.0' })
})

test('what is too long for a datagram comes whole over TCP', async () => {
  const query = queryOf('srv.corp.test', 'SRV')
  expect(await overUdp(query)).toMatchObject({ flag_tc: true, answers: [] })
  const { answers, additionals, flag_tc: isCut } = await overTcp(query)
  expect([isCut, answers?.length, additionals?.length]).toEqual([false, 8, 8])
  expect(answers?.[1]).toMatchObject({
    type: 'SRV',
    data: { priority: 1, weight: 1, port: 80, target: `${'1'.repeat(32)}.srv.corp.test` },
  })
  expect(additionals?.[1]).toMatchObject({ name: `${'1'.repeat(32)}.srv.corp.test`, type: 'A', data: '10.0.0.1' })
})

test('a CNAME with the address of its target', async () => {
  const { answers } = await overUdp(queryOf('cname.corp.test', 'A'))
  expect(answers).toMatchObject([
    { type: 'CNAME', data: 'db.example.com' },
    { name: 'db.example.com', type: 'A', data: '192.0.2.1' },
  ])
})

test('what is not there: no such name, no such record, no zone of ours', async () => {
  const unknown = await overUdp(queryOf('x.corp.test', 'A'))
  expect([codeOf(unknown), unknown.answers]).toEqual([3, []])
  expect(unknown.authorities).toMatchObject([{ type: 'SOA', name: 'corp.test', ttl: 15, data: { minimum: 15 } }])
  const empty = await overUdp(queryOf('a.corp.test', 'AAAA'))
  expect([codeOf(empty), empty.answers, empty.authorities?.length]).toEqual([0, [], 1])
  expect(codeOf(await overUdp(queryOf('a.other.test', 'A')))).toBe(5)
})

test('what is no query is not answered, and ends nothing', async () => {
  const socket = createSocket('udp4')
  socket.send(Buffer.from('nonsense'), server.port, '127.0.0.1')
  expect(codeOf(await overUdp(queryOf('a.corp.test', 'A')))).toBe(0)
  socket.close()
})
