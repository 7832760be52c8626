import { CliError } from '../../shared/errors.ts'
import { version } from '../../shared/version.ts'
import { type DriverChoice, chooseDriver } from '../cluster/choose.ts'
import type { Instance } from '../cluster/driver.ts'
import { type Choices, declaredOf } from '../config-file.ts'
import { driverFor, lenientDriverOf, surroundings } from '../drivers.ts'
import { withTimeout } from '../flags.ts'
import type { Host } from '../host.ts'
import { withLock } from '../instance-lock.ts'
import { instanceFolder, readInstance, withName } from '../instance.ts'
import { keepJournal, readJournal } from '../legacy/journal.ts'
import { sideTitle } from '../legacy/migration.ts'
import { takeAlong } from '../legacy/take-along.ts'
import { findSelf } from '../self.ts'
import type { CommonValues } from '../target.ts'
import { type Claim, claimInstance } from './claim.ts'
import { checkOthers } from './preflight.ts'
import { conflicts, defaultImage, settleInstance } from './settings.ts'
import { upSimulated } from './simulated.ts'
import { type UpResult, endpointOf, simulatedNotice, upDocument, upLines } from './summary.ts'

export interface UpRequest {
  /** What the user typed, for the lock. */
  readonly command: 'up' | 'start'
  readonly name: string
  readonly given: CommonValues
  /** From flags, the environment and files. */
  readonly choices: Choices
  /** Whether a missing tool may be fetched. */
  readonly download: boolean
  /** Whether what the files declare beside settings is brought to be there. */
  readonly apply: boolean
  readonly host: Host
}

/** Brings an instance up, shows the steps, and says where it answers. */
export const bringUp = async (request: UpRequest): Promise<void> => {
  const begun = performance.now()
  const { given, name } = request
  const output = given.flag('quiet') === true ? request.host.output.quiet() : request.host.output
  const host = {
    ...request.host,
    output,
    signal: withTimeout(request.host.signal, { timeout: given.text('timeout'), fallback: '15m', name: request.name }),
  }
  const done = await withLock(instanceFolder(host.home, name), request.command, () => makeReady({ ...request, host }, request.host.signal))
  const result: UpResult = { ...done, milliseconds: performance.now() - begun }
  if (given.flag('json') === true) return output.json(upDocument(result))
  for (const line of upLines(result, output.paint)) output.note(line)
}

/** `interrupt` is the user's alone; the host's signal is also that of the end of its time. */
const makeReady = async (request: UpRequest, interrupt: AbortSignal): Promise<Omit<UpResult, 'milliseconds'>> => {
  const { name, choices, host } = request
  const { home, output, signal } = host
  const remembered = await readInstance(home, name)
  const isThere = remembered !== undefined && (await exists(remembered, host))
  const choice = await chooseDriver(
    { asked: choices.driver, remembered: isThere || remembered?.driver !== 'simulated' ? remembered?.driver : undefined, isCi: isCi(host) },
    surroundings(host, remembered, signal),
  )
  if (choice.isFallback === true) output.warn(simulatedNotice(output.paint, output.columns, name))
  const settle = async (others: readonly Instance[]): Promise<Instance> => {
    const instance = await settleInstance({ home, name, driver: choice.driver, version, choices, remembered, isThere, others })
    if (isThere) refuseConflicts(remembered, instance)
    checkOthers(instance, others)
    return instance
  }
  const claim = await claimInstance({ home, command: request.command, name, remembered, settle })
  try {
    return await makeClaimed(request, { claim, choice, remembered }, interrupt)
  } finally {
    await claim.drop()
  }
}

const makeClaimed = async (
  { download, apply, choices, host }: UpRequest,
  { claim, choice, remembered }: { claim: Claim; choice: DriverChoice; remembered: Instance | undefined },
  interrupt: AbortSignal,
): Promise<Omit<UpResult, 'milliseconds'>> => {
  const { home, output, signal } = host
  const { instance } = claim
  const steps = output.steps(interrupt)
  try {
    const { driver, program } = await driverFor(choice, { host, steps, download, signal })
    const whole = program === undefined ? instance : { ...instance, program }
    const remember = () => claim.keep(whole)
    const declared = apply ? declaredOf(choices) : undefined
    const follow = async (endpoint: string): Promise<void> => {
      if (declared === undefined) return
      const { applyDeclared } = await import('../apply/index.ts')
      await applyDeclared({ declared, instance, driver, endpoint, host, steps })
    }
    if (choice.driver === 'simulated') {
      await upSimulated({ instance, remembered, others: claim.others, driver, home, steps, signal, remember })
      await follow(endpointOf(instance))
      return { instance, endpoint: endpointOf(instance) }
    }
    const [{ upCluster }, { localDocker }] = await Promise.all([import('../up/cluster.ts'), import('../cluster/docker.ts')])
    const answer = await upCluster({
      instance,
      driver,
      docker: localDocker(),
      checkout: instance.image === defaultImage(version) ? findSelf().checkout : undefined,
      home,
      env: host.env,
      steps,
      signal,
      remember,
    })
    // A port that Kubernetes chose is known only now, and other commands ask there too.
    if (answer.endpoint !== endpointOf(instance)) await claim.keep({ ...whole, endpoint: answer.endpoint })
    if ((await readJournal(instance)) !== undefined) {
      // Of both sides one was started, the other ended: there is nothing left to go on with.
      await keepJournal(instance, undefined)
      output.warn(
        `A migration that was cut off ended here: the control plane is ${sideTitle(instance.legacy === undefined ? 'in-cluster' : 'legacy')}.`,
      )
    }
    // Behind a port-forward that nobody has started nothing can be asked.
    if (answer.portForward === undefined) await follow(answer.endpoint)
    else if (declared !== undefined)
      output.warn('What kecs.yaml declares was left out: the endpoint answers only once the port-forward below runs.')
    return { instance, ...answer }
  } finally {
    steps.close()
  }
}

const exists = async (instance: Instance, host: Host): Promise<boolean> => {
  const driver = await lenientDriverOf(instance, host)
  return (await driver.state(instance, host.signal)).is !== 'absent'
}

const refuseConflicts = (there: Instance, wanted: Instance): void => {
  if ((there.legacy === undefined) !== (wanted.legacy === undefined)) {
    const to = wanted.legacy === undefined ? 'in-cluster' : 'legacy'
    throw new CliError(
      `Instance ${there.name} exists with its control plane ${there.legacy === undefined ? 'in the cluster' : 'on this machine (legacy)'}.`,
      there.driver === 'context'
        ? takeAlong(there.name, to)
        : `Move it while its tasks go on: ${withName(`kecs migrate --to ${to}`, there.name)}`,
      { exitCode: 2 },
    )
  }
  const found = conflicts(there, wanted)
  if (found.length === 0) return
  throw new CliError(
    `Instance ${there.name} exists, and this cannot be changed while it does: ${found.join('; ')}.`,
    `Remove its cluster first (its data is kept): ${withName('kecs down', there.name)}\nOr make another instance: kecs up --name NAME`,
    { exitCode: 2 },
  )
}

const isCi = ({ env }: Host): boolean => !['', '0', 'false'].includes(env['CI'] ?? '')
