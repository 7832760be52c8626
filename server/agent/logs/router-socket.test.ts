import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../../test/support/until.ts'
import { RouterSocket } from './router-socket.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

/** A socket, and what was sent to it. */
const listening = async (name: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-socket-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const received: string[] = []
  const server = createServer(socket => socket.on('data', data => received.push(data.toString())))
  await new Promise<void>(resolve => server.listen(join(folder, name), resolve))
  stops.push(() => server.close())
  return { folder, received }
}

test.skipIf(process.platform !== 'linux')('what is written goes to the socket', async () => {
  const { folder, received } = await listening('fluent.sock')
  const socket = new RouterSocket(join(folder, 'fluent.sock'))
  await socket.write(Buffer.from('line'))
  await until('it arrives', () => received.join('') === 'line')
  await socket.close()
})

test.skipIf(process.platform !== 'linux')('a link in its place is not followed, nor is any other file', async () => {
  const { folder, received } = await listening('foreign.sock')
  const path = join(folder, 'fluent.sock')
  await symlink(join(folder, 'foreign.sock'), path)
  const socket = new RouterSocket(path)
  const refused = (): Promise<unknown> => socket.write(Buffer.from('line')).catch((error: unknown) => error)
  expect(await refused()).toMatchObject({ message: 'what is in the place of its socket is none' })
  await writeFile(join(folder, 'file'), '')
  await rename(join(folder, 'file'), path)
  expect(await refused()).toMatchObject({ message: 'what is in the place of its socket is none' })
  await rm(path)
  expect(await refused()).toMatchObject({ code: 'ENOENT' })
  expect(received).toEqual([])
})
