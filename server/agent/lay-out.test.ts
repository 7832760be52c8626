import { afterAll, expect, test } from 'bun:test'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layOut } from './lay-out.ts'

const root = await mkdtemp(join(tmpdir(), 'kecs-lay-out-'))
afterAll(() => rm(root, { recursive: true, force: true }))

test('copies files and what links lead to, programs as programs; again only what is not the same', async () => {
  const [from, to] = [join(root, 'from'), join(root, 'state', 'to')]
  await mkdir(from)
  await mkdir(join(root, 'state'))
  await writeFile(join(root, 'library'), 'one')
  await symlink(join(root, 'library'), join(from, 'libc.so.6'))
  await writeFile(join(from, 'awk'), 'program')
  await chmod(join(from, 'awk'), 0o755)

  await layOut(from, to)
  expect((await readdir(to)).sort()).toEqual(['awk', 'libc.so.6'])
  expect(await readFile(join(to, 'libc.so.6'), 'utf8')).toBe('one')
  expect((await stat(join(to, 'awk'))).mode & 0o777).toBe(0o755)

  const before = (await stat(to)).ino
  await layOut(from, to)
  expect((await stat(to)).ino).toBe(before)

  await writeFile(join(root, 'library'), 'two')
  await layOut(from, to)
  expect(await readFile(join(to, 'libc.so.6'), 'utf8')).toBe('two')
  expect(await readdir(join(root, 'state'))).toEqual(['to'])
})

test('an image without the program says so', async () => {
  await expect(layOut(join(root, 'none'), join(root, 'nowhere'))).rejects.toThrow('ENOENT')
})
