import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError, messageOf } from '../../shared/errors.ts'
import { AwsRefusal, type EcsApi } from './api.ts'
import { contains } from './contains.ts'

// Clusters, task definitions and services that are to be there, as AWS JSON: a folder for each, a file for each resource.

type Input = Readonly<Record<string, unknown>>

export interface Fixture {
  readonly kind: 'cluster' | 'task definition' | 'service'
  readonly file: string
  readonly input: Input
}

export interface Applied {
  /** Such as `service demo/web`. */
  readonly what: string
  readonly did: 'made' | 'changed' | 'unchanged'
}

/** Folders in the order in which one needs the other. */
const folders = [
  ['clusters', 'cluster'],
  ['task-definitions', 'task definition'],
  ['services', 'service'],
] as const

/** Reads what lies in a folder of fixtures. Throws `CliError` for a folder without any, and for files that are no JSON object. */
export const readFixtures = async (folder: string): Promise<readonly Fixture[]> => {
  const found: Fixture[] = []
  for (const [name, kind] of folders) {
    const files = await readdir(join(folder, name)).catch(() => [])
    for (const file of files.filter(each => each.endsWith('.json')).sort()) found.push(await readFixture(join(folder, name, file), kind))
  }
  if (found.length > 0) return found
  throw new CliError(
    `${folder} has no fixtures.`,
    `They are JSON files, as aws --cli-input-json takes them, in ${folders.map(([name]) => `${name}/`).join(', ')}.`,
    { exitCode: 2 },
  )
}

const readFixture = async (file: string, kind: Fixture['kind']): Promise<Fixture> => {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { kind, file, input: unwrapped({ ...value }) }
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${messageOf(cause)}`, 'It is to be JSON, as aws --cli-input-json takes it.', {
      exitCode: 2,
      cause,
    })
  }
  throw new CliError(`${file} is no JSON object.`, 'It is to be as aws --cli-input-json takes it.', { exitCode: 2 })
}

/** What Describe… answered is as good: the resource is its one member. */
const unwrapped = (value: Input): Input => {
  const inner = value['taskDefinition']
  return typeof inner === 'object' && inner !== null ? withoutReadOnly({ ...inner }) : value
}

/** What DescribeTaskDefinition adds to what was registered. */
const readOnly = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
])
const withoutReadOnly = (value: Input): Input => Object.fromEntries(Object.entries(value).filter(([name]) => !readOnly.has(name)))

/** Brings one to be there as its file has it. What is as it should be is left alone. Throws `CliError` naming the file. */
export const applyFixture = async (api: EcsApi, { kind, file, input }: Fixture): Promise<Applied> => {
  try {
    return await appliers[kind](api, input)
  } catch (error) {
    if (error instanceof AwsRefusal)
      throw new CliError(`${file} was refused: ${error.message} (${error.code})`, 'Mend the file, and run the command again.')
    throw error
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const first = (value: unknown): Input | undefined => {
  const [one]: unknown[] = Array.isArray(value) ? value : []
  return typeof one === 'object' && one !== null ? { ...one } : undefined
}

const applyCluster = async (api: EcsApi, input: Input): Promise<Applied> => {
  const name = text(input['clusterName']) || 'default'
  const { clusters } = await api.call('DescribeClusters', { clusters: [name] })
  if (['ACTIVE', 'PROVISIONING'].includes(text(first(clusters)?.['status']))) return { what: `cluster ${name}`, did: 'unchanged' }
  await api.call('CreateCluster', input)
  return { what: `cluster ${name}`, did: 'made' }
}

const applyTaskDefinition = async (api: EcsApi, input: Input): Promise<Applied> => {
  const family = text(input['family'])
  const newest = await newestDefinition(api, family)
  if (newest !== undefined && contains(newest, withoutTags(input))) {
    return { what: `task definition ${family}:${String(newest['revision'])}`, did: 'unchanged' }
  }
  const { taskDefinition } = await api.call('RegisterTaskDefinition', input)
  const revision =
    typeof taskDefinition === 'object' && taskDefinition !== null && 'revision' in taskDefinition ? taskDefinition.revision : ''
  return { what: `task definition ${family}:${String(revision)}`, did: newest === undefined ? 'made' : 'changed' }
}

const withoutTags = ({ tags: _tags, ...rest }: Input): Input => rest

const newestDefinition = async (api: EcsApi, name: string): Promise<Input | undefined> => {
  try {
    const { taskDefinition } = await api.call('DescribeTaskDefinition', { taskDefinition: name })
    return typeof taskDefinition === 'object' && taskDefinition !== null ? { ...taskDefinition } : undefined
  } catch (error) {
    if (error instanceof AwsRefusal && error.code === 'ClientException') return undefined
    throw error
  }
}

/** What UpdateService takes of what CreateService does. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
const updatable = [
  'desiredCount',
  'taskDefinition',
  'capacityProviderStrategy',
  'deploymentConfiguration',
  'networkConfiguration',
  'platformVersion',
  'healthCheckGracePeriodSeconds',
  'loadBalancers',
  'serviceRegistries',
  'enableExecuteCommand',
]

const applyService = async (api: EcsApi, input: Input): Promise<Applied> => {
  const name = text(input['serviceName'])
  const cluster = text(input['cluster']) || 'default'
  const what = `service ${cluster}/${name}`
  const { services } = await api.call('DescribeServices', { cluster, services: [name] })
  const present = first(services)
  if (present?.['status'] !== 'ACTIVE') {
    await api.call('CreateService', input)
    return { what, did: 'made' }
  }
  const definition = input['taskDefinition'] === undefined ? undefined : await newestDefinition(api, text(input['taskDefinition']))
  const wanted: Input = { ...input, ...(definition === undefined ? {} : { taskDefinition: definition['taskDefinitionArn'] }) }
  const changes = updatable.filter(member => wanted[member] !== undefined && !contains(present[member], wanted[member]))
  if (changes.length === 0) return { what, did: 'unchanged' }
  await api.call('UpdateService', { cluster, service: name, ...Object.fromEntries(changes.map(member => [member, wanted[member]])) })
  return { what, did: 'changed' }
}

const appliers: Readonly<Record<Fixture['kind'], (api: EcsApi, input: Input) => Promise<Applied>>> = {
  cluster: applyCluster,
  'task definition': applyTaskDefinition,
  service: applyService,
}
