// https://docs.docker.com/engine/storage/tmpfs/ and https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html
import { expect, test } from 'bun:test'
import { tmpfsOptions } from './tmpfs-options.ts'

test('without a word a tmpfs runs nothing, gives no rights and has no devices', () => {
  expect(tmpfsOptions([])).toEqual(['noexec', 'nosuid', 'nodev'])
  expect(tmpfsOptions(['defaults', 'rw'])).toEqual(['noexec', 'nosuid', 'nodev', 'rw'])
})

test('of what contradicts the last one counts', () => {
  expect(tmpfsOptions(['exec', 'suid', 'dev'])).toEqual(['exec', 'suid', 'dev'])
  expect(tmpfsOptions(['ro', 'rw', 'sync', 'async', 'noatime'])).toEqual(['noexec', 'nosuid', 'nodev', 'rw', 'async', 'noatime'])
  expect(tmpfsOptions(['mode=700', 'uid=1', 'mode=755'])).toEqual(['noexec', 'nosuid', 'nodev', 'uid=1', 'mode=755'])
  expect(tmpfsOptions(['private', 'rslave'])).toEqual(['noexec', 'nosuid', 'nodev', 'rslave'])
})
