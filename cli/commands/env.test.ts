import { expect, test } from 'bun:test'
import { chosenShell, setLines, unsetLines, variables } from './env.ts'

const values = variables('http://127.0.0.1:4566')

test('bash and zsh export, fish sets', () => {
  for (const shell of ['bash', 'zsh'] as const) expect(setLines(shell, values)[0]).toBe("export AWS_ENDPOINT_URL='http://127.0.0.1:4566'")
  expect(setLines('fish', values)[0]).toBe("set -gx AWS_ENDPOINT_URL 'http://127.0.0.1:4566';")
  expect(setLines('bash', values).map(line => line.split('=')[0])).toEqual([
    'export AWS_ENDPOINT_URL',
    'export AWS_REGION',
    'export AWS_DEFAULT_REGION',
    'export AWS_ACCESS_KEY_ID',
    'export AWS_SECRET_ACCESS_KEY',
  ])
})

test('dotenv has plain lines, as GITHUB_ENV takes them', () => {
  expect(setLines('dotenv', values)[0]).toBe('AWS_ENDPOINT_URL=http://127.0.0.1:4566')
  expect(() => setLines('dotenv', variables('http://x\nPATH=/tmp'))).toThrow('cannot be written')
})

test('what was set is unset', () => {
  expect(unsetLines('zsh', values)).toEqual(Object.keys(values).map(key => `unset ${key}`))
  expect(unsetLines('fish', values)).toEqual(Object.keys(values).map(key => `set -e ${key};`))
})

test('the shell is the one asked for, else the login shell, else bash', () => {
  expect(chosenShell('fish', '/bin/zsh')).toBe('fish')
  expect(chosenShell(undefined, '/usr/bin/zsh')).toBe('zsh')
  expect(chosenShell(undefined, '/bin/dash')).toBe('bash')
  expect(chosenShell(undefined, undefined)).toBe('bash')
  expect(() => chosenShell('cmd', undefined)).toThrow('knows no shell "cmd"')
})

test('nothing that a shell would run gets through', () => {
  expect(() => setLines('bash', variables("http://x'; rm -rf ~; '"))).toThrow('cannot be written for a shell')
})
