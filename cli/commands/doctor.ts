import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError, messageOf } from '../../shared/errors.ts'
import { localDocker } from '../cluster/docker.ts'
import type { Instance } from '../cluster/driver.ts'
import { defineCommand } from '../command.ts'
import { bundle } from '../doctor/bundle.ts'
import { checkDocker, checkTools } from '../doctor/cluster.ts'
import type { Finding } from '../doctor/finding.ts'
import { checkInstance } from '../doctor/instance.ts'
import { checkLeftovers } from '../doctor/leftovers.ts'
import { checkDoorName, checkHome, checkInotify, checkOpenFiles, checkProxy } from '../doctor/machine.ts'
import { commonFlags, instanceName, withTimeout } from '../flags.ts'
import type { Host } from '../host.ts'
import { readInstance } from '../instance.ts'
import type { Output } from '../output.ts'
import { wrap } from '../output/wrap.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Look for what hinders, and say what to do about it.',
  description:
    'Looks at this machine, Docker, the cluster tool, DNS and the instance. The exit code is 1 when something does not work.\n' +
    'With --bundle all that helps to see what went wrong is written to a file, without values that may be secrets: look into it\n' +
    'before you hand it on.',
  args: {
    ...commonFlags,
    fix: { type: 'boolean', description: 'do what is safe about what was found, and look again' },
    bundle: { type: 'string', description: 'write findings, logs, pods and events there, as .tar.gz', valueHint: 'FILE' },
  },
  examples: [
    ['kecs doctor', 'what is so, and what to do'],
    ['kecs doctor --fix', 'and do what is safe about it'],
    ['kecs doctor --bundle kecs-doctor.tar.gz', 'for a bug report'],
  ],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const isFixing = given.flag('fix') === true
    // What is mended may be all that kecs up brings.
    const asked: Host = { ...host, signal: withTimeout(host.signal, { timeout: given.text('timeout'), fallback: isFixing ? '15m' : '1m' }) }
    const instance = await readInstance(host.home, name)
    const first = await look(instance, asked)
    const fixed = isFixing ? await fixAll(first, asked) : []
    const findings = fixed.length > 0 ? await look(instance, asked) : first
    if (given.flag('json') === true) host.output.json(isFixing ? { fixed, findings } : findings)
    else for (const line of findings.flatMap(finding => lines(finding, host.output))) host.output.print(line)
    const file = given.text('bundle')
    if (file !== undefined) {
      const path = resolve(host.cwd, file)
      await writeFile(path, await bundle(instance, findings, asked), { mode: 0o600 }).catch((cause: unknown) => {
        throw new CliError(`${path} cannot be written: ${messageOf(cause)}`, 'Choose another file.', { cause })
      })
      host.output.note(`Wrote ${path}: look into it before you hand it on.`)
    }
    return findings.some(({ is }) => is === 'fail') ? 1 : 0
  },
})

const look = async (instance: Instance | undefined, host: Host): Promise<readonly Finding[]> => {
  const isNeeded = instance !== undefined && instance.driver !== 'simulated' && instance.driver !== 'context'
  const found = await Promise.all([
    checkDocker(localDocker(), isNeeded, host.signal),
    checkTools(instance?.driver, host),
    checkHome(host),
    checkLeftovers(host),
    checkInotify(),
    checkOpenFiles(),
    checkDoorName(),
    instance === undefined ? [none] : checkInstance(instance, host),
  ])
  return [...found.flat(), checkProxy(host)]
}

export interface Fixed {
  readonly what: string
  /** What was so. */
  readonly before: string
  /** What was done about it; absent where it could not be. */
  readonly did?: string
  readonly failed?: string
}

/** Does what is safe, each told before and after; what several findings ask for is done once. */
const fixAll = async (findings: readonly Finding[], { output, signal }: Host): Promise<readonly Fixed[]> => {
  const fixed: Fixed[] = []
  const done = new Set<Finding['fix']>()
  for (const { what, says: before, fix } of findings) {
    if (fix === undefined || done.has(fix)) continue
    done.add(fix)
    output.note(`${what}: ${before}`)
    try {
      const did = await fix()
      output.note(`  ${output.paint('green', '✓')} ${did}`)
      fixed.push({ what, before, did })
    } catch (error) {
      signal.throwIfAborted()
      output.note(`  ${output.paint('red', '✗')} ${messageOf(error)}`)
      fixed.push({ what, before, failed: messageOf(error) })
    }
  }
  if (fixed.length === 0) output.note('There is nothing that can be mended by itself.')
  return fixed
}

const none: Finding = { what: 'Instance', is: 'skip', says: 'there is none yet', remedy: 'Make one: kecs up' }

const marks = { ok: ['green', '✓'], skip: ['dim', '–'], warn: ['yellow', '!'], fail: ['red', '✗'] } as const

/** Of the names of what was looked at, with the mark before and the spaces about them. */
const margin = 17
/** A narrower column of text is hard to read. */
const leastRoom = 28

const lines = (
  { what, is, says, remedy }: Finding,
  { paintResult: paint, columns, stdoutIsTerminal }: Pick<Output, 'paintResult' | 'columns' | 'stdoutIsTerminal'>,
): readonly string[] => {
  const [style, mark] = marks[is]
  // A program that reads it gets whole lines.
  const room = stdoutIsTerminal ? Math.max(leastRoom, columns - margin) : Number.POSITIVE_INFINITY
  const below = ' '.repeat(margin)
  const [first = '', ...rest] = wrap(says, room)
  return [
    `${paint(style, mark)} ${what.padEnd(margin - 3)} ${first}`,
    ...rest.map(line => `${below}${line}`),
    ...(remedy?.split('\n') ?? []).flatMap(text => wrap(text, room)).map(line => `${below}${paint('dim', line)}`),
  ]
}
