import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Home, kecsCommand, makeHome } from '../support/program.ts'

// The completion scripts in real shells, with a `kecs` on PATH, as after `eval "$(kecs completion bash)"`.

setDefaultTimeout(60_000)

const home: Home = makeHome()
const bin = join(home.path, 'bin')
const env = {
  PATH: `${bin}:/usr/bin:/bin`,
  HOME: home.path,
  KECS_HOME: join(home.path, 'instances'),
  DOCKER_HOST: 'unix:///nonexistent.sock',
}
const execute = promisify(execFile)
const has = async (shell: string) =>
  execute(shell, ['-c', 'exit 0']).then(
    () => true,
    () => false,
  )

beforeAll(() => {
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'kecs'), `#!/bin/sh\nexec ${kecsCommand.map(word => `'${word}'`).join(' ')} "$@"\n`)
  chmodSync(join(bin, 'kecs'), 0o755)
  // A docker that lists images without a daemon.
  writeFileSync(join(bin, 'docker'), "#!/bin/sh\nprintf 'web:dev\\nweb:test\\n<none>:<none>\\nnginx:alpine\\n'\n")
  chmodSync(join(bin, 'docker'), 0o755)
})
afterAll(() => home.remove())

/** What bash would offer for the line, as its readline breaks it into words. */
const bash = async (line: string): Promise<string[]> => {
  const script = `
    eval "$(kecs completion bash)"
    COMP_LINE=$1 COMP_POINT=\${#1}
    # Readline breaks words at blanks, and at colons and equals signs, which are words of their own.
    mapfile -t COMP_WORDS < <(printf '%s' "$1" | sed -E 's/([:=])/\\n\\1\\n/g; s/ /\\n/g' | sed '/^$/d')
    [[ "$1" == *[[:space:]] ]] && COMP_WORDS+=("")
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    _kecs
    printf '%s\\n' "\${COMPREPLY[@]}"
  `
  const { stdout } = await execute('bash', ['-c', script, 'bash', line], { env })
  return stdout.split('\n').filter(word => word !== '')
}

test('bash', async () => {
  expect(await bash('kecs st')).toEqual(['status', 'stop', 'start'])
  expect(await bash('kecs logs ')).toEqual(['control-plane', 'traefik', 'localstack', 'registry', 'agent'])
  expect(await bash('kecs up --dri')).toEqual(['--driver'])
  expect(await bash('kecs image load we')).toEqual(['web:dev', 'web:test'])
  // What stands before the colon is there already.
  expect(await bash('kecs image load web:d')).toEqual(['dev'])
  expect(await bash('kecs image load web:')).toEqual(['dev', 'test'])
  expect(await bash('kecs frobnicate ')).toEqual([])
})

test.skipIf(!(await has('fish')))('fish', async () => {
  const { stdout } = await execute('fish', ['-c', 'kecs completion fish | source; complete -C "kecs st"'], { env })
  expect(stdout.split('\n').map(line => line.split('\t')[0])).toEqual(expect.arrayContaining(['status', 'stop', 'start']))
})

test.skipIf(!(await has('zsh')))('zsh', async () => {
  const { stderr } = await execute('zsh', ['-fc', 'autoload -Uz compinit; compinit -D; eval "$(kecs completion zsh)"; whence -w _kecs'], {
    env,
  })
  expect(stderr).toBe('')
})
