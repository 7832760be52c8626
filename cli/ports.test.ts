import { expect, test } from 'bun:test'
import { type AddressInfo, createServer } from 'node:net'
import { freePort, freeRange, isFree, isFreeEverywhere, listeningInodes, portTaken } from './ports.ts'

const listen = async (host = '127.0.0.1') => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, host, () => resolve()))
  const { port } = server.address() as AddressInfo
  return { port, close: () => new Promise(resolve => server.close(resolve)) }
}

test('a port that is listened on is not free, and its holder is told', async () => {
  const { port, close } = await listen()
  expect(await isFree('127.0.0.1', port)).toBe(false)
  const taken = await portTaken('127.0.0.1', port)
  expect(taken).toBeDefined()
  if (process.platform === 'linux') expect(taken?.holder).toContain(`(process ${process.pid})`)
  expect(await freePort('127.0.0.1', port, new Set([port + 1]))).toBeGreaterThan(port + 1)
  const { first, last } = await freeRange('127.0.0.1', port - 1, 3, new Set())
  expect(last - first).toBe(2)
  expect(first > port || last < port).toBe(true)
  await close()
  expect(await portTaken('127.0.0.1', port)).toBeUndefined()
})

// Of Linux alone: other systems have no second loopback address without being told.
test.skipIf(process.platform !== 'linux')('a port that somebody has on another address is not free everywhere', async () => {
  const { port, close } = await listen('127.0.0.2')
  expect(await isFree('127.0.0.1', port)).toBe(true)
  expect(await isFreeEverywhere(port)).toBe(false)
  const { first, last } = await freeRange('everywhere', port, 2, new Set())
  expect(first > port || last < port).toBe(true)
  await close()
  expect(await isFreeEverywhere(port)).toBe(true)
})

test("an address that is not this machine's is said", async () => {
  expect(isFree('192.0.2.1', 4566)).rejects.toThrow('192.0.2.1 is not an address of this machine.')
})

test('sockets that listen are found in the table of /proc/net/tcp', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 34567 1 0000000000000000 100 0 0 10 0
   1: 0100007F:11D6 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 99999 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
`
  expect(listeningInodes(table, 4566)).toEqual(['34567'])
  expect(listeningInodes(table, 22)).toEqual(['12345'])
  expect(listeningInodes(table, 80)).toEqual([])
})
