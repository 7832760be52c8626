import { expect, test } from 'bun:test'
import { commandWords } from './command-words.ts'

test.each<[string, readonly string[] | undefined]>([
  ['/bin/sh', ['/bin/sh']],
  ['  ls   -la /tmp ', ['ls', '-la', '/tmp']],
  [`sh -c "echo hi | wc -c"`, ['sh', '-c', 'echo hi | wc -c']],
  [`printf '%s\\n' 'a b'`, ['printf', '%s\\n', 'a b']],
  [`echo "say \\"hi\\" \\n" a\\ b`, ['echo', 'say "hi" \\n', 'a b']],
  [`a"b"'c'd`, ['abcd']],
  [`echo ''`, ['echo', '']],
  ['ls | wc > x $HOME', ['ls', '|', 'wc', '>', 'x', '$HOME']],
  ['', []],
  ['   ', []],
  ['echo "open', undefined],
  ["echo it's", undefined],
  ['echo \\', undefined],
])('%p', (command, words) => {
  expect(commandWords(command)).toEqual(words)
})
