import { type Backend, BackendError, BackendUnreachable } from '../backend/backend.ts'
import { getObjectText } from '../backend/s3.ts'
import { getSecretValue } from '../backend/secretsmanager.ts'
import { getParameters } from '../backend/ssm.ts'
import type { Place } from '../domain/arn.ts'
import { environmentFileVariables } from '../domain/environment-file.ts'
import type { ContainerNeeds, TaskNeeds } from '../domain/secret-needs.ts'
import { asmReasons, badSourceReason, configFileReasons, fileReasons, registryReasons, ssmReasons } from '../domain/secret-reasons.ts'
import type { SecretSource } from '../domain/secret-source.ts'
import type { ContainerSecrets, TaskSpec } from '../runtime/runtime.ts'

/** What was asked for cannot be had: for ever, or until the backend answers again. The message is ECS'. */
export class SecretsUnavailable extends Error {
  readonly mayPass: boolean

  constructor(reason: string, mayPass: boolean) {
    super(reason)
    this.name = 'SecretsUnavailable'
    this.mayPass = mayPass
  }
}

type Fetched = NonNullable<TaskSpec['secrets']>
type AsmSource = Extract<SecretSource, { store: 'asm' }>

/** All that a task needs, by its containers. Rejects with `SecretsUnavailable`. */
export const fetchSecrets = async (needs: TaskNeeds, backend: Backend, signal: AbortSignal): Promise<Fetched> => {
  const fetching = new Fetching(backend, needs.place, signal)
  await fetching.parameters(needs.containers.flatMap(sourcesOf))
  const entries = await Promise.all(needs.containers.map(async each => [each.container, await fetching.container(each)] as const))
  return Object.fromEntries(entries)
}

const sourcesOf = ({ secrets, logOptions, registry }: ContainerNeeds): readonly SecretSource[] => [
  ...[...secrets, ...logOptions].map(({ source }) => source),
  ...(registry === undefined ? [] : [registry]),
]

/** One task's: what several of its containers name is asked for once. */
class Fetching {
  readonly #backend: Backend
  readonly #place: Place
  readonly #signal: AbortSignal
  readonly #parameters = new Map<string, string>()
  readonly #secrets = new Map<string, Promise<string>>()

  constructor(backend: Backend, place: Place, signal: AbortSignal) {
    this.#backend = backend
    this.#place = place
    this.#signal = signal
  }

  async parameters(sources: readonly SecretSource[]): Promise<void> {
    const wanted = sources.filter(source => source.store === 'ssm')
    for (const place of new Map(wanted.map(source => [keyOf(source.place), source.place])).values()) {
      const here = wanted.filter(source => keyOf(source.place) === keyOf(place))
      const names = here.flatMap(source => source.names)
      const values = await told(getParameters(this.#backend, names, place, { signal: this.#signal }), {
        away: ssmReasons.away,
        refused: error => ssmReasons.refused(error),
      })
      const missing = here.filter(source => source.names.every(name => !values.has(name)))
      if (missing.length > 0) throw new SecretsUnavailable(ssmReasons.missing([...new Set(missing.map(shownName))]), false)
      for (const [name, value] of values) this.#parameters.set(`${keyOf(place)}/${name}`, value)
    }
  }

  async container({
    secrets,
    ownVariables,
    environmentFiles,
    logOptions,
    registry,
    configFile,
  }: ContainerNeeds): Promise<ContainerSecrets> {
    const [files, environment, options] = await Promise.all([
      Promise.all(environmentFiles.map(async file => this.#file(file))),
      this.#values(secrets),
      this.#values(logOptions),
    ])
    // The first file that has a variable gives it; what the definition sets, and a secret, come before all of them.
    const variables = new Map(files.toReversed().flatMap(file => [...file]))
    for (const name of ownVariables) variables.delete(name)
    return {
      environment: Object.fromEntries([...variables, ...environment]),
      logOptions: Object.fromEntries(options),
      ...(registry === undefined ? {} : { registry: registryOf(await this.#value(registry)) }),
      ...(configFile === undefined ? {} : { configFile: await this.#configFile(configFile) }),
    }
  }

  async #values(named: ContainerNeeds['secrets']): Promise<readonly (readonly [string, string])[]> {
    return Promise.all(named.map(async ({ name, source }) => [name, await this.#value(source)] as const))
  }

  async #value(source: SecretSource): Promise<string> {
    if (source.store === 'none') throw new SecretsUnavailable(badSourceReason(source.reason), false)
    if (source.store === 'asm') return this.#secret(source)
    const found = source.names.map(name => this.#parameters.get(`${keyOf(source.place)}/${name}`)).find(value => value !== undefined)
    return found ?? ''
  }

  async #secret(source: AsmSource): Promise<string> {
    const { secretId, versionStage = '', versionId = '', jsonKey } = source
    const key = [secretId, versionStage, versionId].join(' ')
    const asked = this.#secrets.get(key) ?? this.#ask(source)
    this.#secrets.set(key, asked)
    const text = await asked
    if (jsonKey === undefined) return text
    const member = jsonObject(text)?.find(([name]) => name === jsonKey)
    if (member === undefined) throw new SecretsUnavailable(asmReasons.noKey(jsonKey), false)
    return typeof member[1] === 'string' ? member[1] : JSON.stringify(member[1])
  }

  async #ask(source: AsmSource): Promise<string> {
    const { secretId } = source
    const text = await told(getSecretValue(this.#backend, source, source.place, { signal: this.#signal }), {
      away: asmReasons.away(secretId),
      refused: error => asmReasons.refused(secretId, error),
    })
    if (text === undefined) throw new SecretsUnavailable(asmReasons.noText(secretId), false)
    return text
  }

  async #configFile(file: { readonly bucket: string; readonly key: string }): Promise<string> {
    return told(getObjectText(this.#backend, file, this.#place, { signal: this.#signal }), {
      away: configFileReasons.away,
      refused: error => configFileReasons.refused(file.key, file.bucket, error.status, error),
    })
  }

  async #file(file: { readonly bucket: string; readonly key: string }): Promise<ReadonlyMap<string, string>> {
    const text = await told(getObjectText(this.#backend, file, this.#place, { signal: this.#signal }), {
      away: fileReasons.away,
      refused: error => fileReasons.refused(error.status, error),
    })
    return environmentFileVariables(text)
  }
}

const keyOf = ({ account, region }: Place): string => `${account}/${region}`

const shownName = (source: Extract<SecretSource, { store: 'ssm' }>): string => source.names.at(-1) ?? ''

/** What the backend's own errors mean for the task. */
const told = async <T>(
  call: Promise<T>,
  reasons: { readonly away: string; readonly refused: (error: BackendError) => string },
): Promise<T> => {
  try {
    return await call
  } catch (error) {
    if (error instanceof BackendUnreachable) throw new SecretsUnavailable(reasons.away, true)
    if (error instanceof BackendError) throw new SecretsUnavailable(reasons.refused(error), false)
    throw error
  }
}

const registryOf = (text: string): { readonly username: string; readonly password: string } => {
  const members = jsonObject(text)
  if (members === undefined) throw new SecretsUnavailable(registryReasons.noJson, false)
  const field = (name: 'username' | 'password'): string => {
    const value = members.find(([key]) => key === name)?.[1]
    if (typeof value === 'string' && value !== '') return value
    throw new SecretsUnavailable(registryReasons.malformed(name), false)
  }
  return { username: field('username'), password: field('password') }
}

/** The members of a JSON object; undefined for anything else. */
const jsonObject = (text: string): readonly (readonly [string, unknown])[] | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined
  } catch {
    return undefined
  }
}
