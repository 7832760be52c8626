import { defaultAccount } from '../../shared/names.ts'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'
import type { Place } from './arn.ts'
import { configObject, routerOf } from './firelens.ts'
import { type SecretSource, secretSource } from './secret-source.ts'
import { overriddenContainers } from './task-spec.ts'

/** What a container needs from other services before it starts. */
export interface ContainerNeeds {
  /** In the task definition. */
  readonly container: string
  readonly secrets: readonly { readonly name: string; readonly source: SecretSource }[]
  /** Names that its own environment has, which comes before files. */
  readonly ownVariables: readonly string[]
  /** In their order: the first file that has a variable gives it. */
  readonly environmentFiles: readonly { readonly bucket: string; readonly key: string }[]
  readonly logOptions: readonly { readonly name: string; readonly source: SecretSource }[]
  /** A secret with `username` and `password` for the image's registry. */
  readonly registry?: SecretSource
  /** Of a log router: an object that its configuration includes. */
  readonly configFile?: { readonly bucket: string; readonly key: string }
}

export interface TaskNeeds {
  readonly place: Place
  /** Those that need something. */
  readonly containers: readonly ContainerNeeds[]
}

/** What has to be fetched for a task before it starts, its overrides applied. Undefined when there is nothing. */
export const taskNeeds = (row: TaskRow, definition: TaskDefinitionRow): TaskNeeds | undefined => {
  const [account = defaultAccount, region = ''] = row.scope.split('/')
  const place = { account, region }
  const containers = overriddenContainers(row, definition).flatMap(container => {
    const needs = needsOf(container, place)
    const isNone =
      needs.registry === undefined &&
      needs.configFile === undefined &&
      [needs.secrets, needs.environmentFiles, needs.logOptions].every(list => list.length === 0)
    return isNone ? [] : [needs]
  })
  return containers.length === 0 ? undefined : { place, containers }
}

const needsOf = (container: ContainerDefinition, place: Place): ContainerNeeds => {
  const sourced = (list: ContainerDefinition['secrets'] = []) =>
    list.map(({ name, valueFrom }) => ({ name, source: secretSource(valueFrom, place) }))
  const credentials = container.repositoryCredentials?.credentialsParameter
  const configFile = configObject(routerOf([container]))
  return {
    container: container.name ?? '',
    secrets: sourced(container.secrets),
    ownVariables: (container.environment ?? []).map(({ name = '' }) => name),
    environmentFiles: (container.environmentFiles ?? []).map(({ value }) => objectOf(value)),
    logOptions: sourced(container.logConfiguration?.secretOptions),
    ...(credentials === undefined ? {} : { registry: registrySource(credentials, place) }),
    ...(configFile === undefined ? {} : { configFile }),
  }
}

/** `credentialsParameter` may also be the secret's name, when it is in the task's region. */
const registrySource = (credentials: string, place: Place): SecretSource =>
  credentials.startsWith('arn:') ? secretSource(credentials, place) : { store: 'asm', place, secretId: credentials }

/** Of `arn:aws:s3:::BUCKET/KEY`. */
const objectOf = (arn: string): { readonly bucket: string; readonly key: string } => {
  const [bucket = '', ...key] = arn.replace(/^arn:[^:]*:s3:::/, '').split('/')
  return { bucket, key: key.join('/') }
}
