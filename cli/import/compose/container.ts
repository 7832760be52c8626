import { type Input, listOf, recordOf, recordsOf, textOf, written } from '../wanted.ts'
import { withHosts } from './hosts.ts'
import type { Project } from './project.ts'
import { type PublishedPort, exposedOf, portsOf } from './ports.ts'
import { type Mount, mountsOf } from './volumes.ts'
import { commandOf, mapOf, mebibytesOf, secondsOf, textsOf } from './words.ts'

// A service of a Compose file as a container definition.
// https://docs.docker.com/reference/compose-file/services/
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html

/** MiB that a container reserves where the file says nothing: ECS wants a number for tasks on instances. */
const defaultReservation = 64

export interface Container {
  readonly definition: Input
  readonly volumes: readonly Input[]
  readonly ports: readonly PublishedPort[]
}

/** Members that have a place here or elsewhere, or that mean nothing on ECS. */
const understood = new Set(
  [
    'image command entrypoint environment env_file ports expose depends_on healthcheck volumes deploy restart secrets',
    'working_dir user labels stop_grace_period read_only privileged cap_add cap_drop ulimits sysctls tmpfs init shm_size tty stdin_open',
    'mem_limit mem_reservation cpus cpu_shares scale profiles logging build container_name networks pull_policy',
  ].flatMap(line => line.split(' ')),
)

/** `note` is told what has no place, in a clause after the service's name. */
export const containerOf = (name: string, service: Input, project: Project, note: (clause: string) => void): Container => {
  for (const member of Object.keys(service)) {
    if (!understood.has(member) && !member.startsWith('x-')) note(`\`${member}\` has no place in a task definition`)
  }
  const mounts = mountsOf(service['volumes'])
  const ports = portsOf(service['ports'])
  const { mountPoints, volumes } = mountPointsOf(mounts, project, note)
  const image = textOf(service['image'])
  if (service['build'] !== undefined)
    note(`\`build\` is not run: docker compose build ${name}, and bring it in with kecs image load ${image}`)
  const logging = recordOf(service['logging'])
  const definition = {
    name,
    image,
    essential: true,
    ...memoryOf(service),
    ...cpuOf(service),
    ...given('entryPoint', commandOf(service['entrypoint'])),
    ...given('command', commandOf(service['command'])),
    ...listed('environment', environmentOf(service, project, note)),
    ...listed('secrets', secretsOf(service, project, note)),
    ...listed('portMappings', portMappingsOf([...ports, ...exposedOf(service['expose'])])),
    ...listed('mountPoints', mountPoints),
    ...given('healthCheck', healthCheckOf(service['healthcheck'], note)),
    ...given('workingDirectory', service['working_dir']),
    ...given('user', service['user'] === undefined ? undefined : written(service['user'])),
    ...given('stopTimeout', stopTimeoutOf(service['stop_grace_period'], note)),
    ...given('readonlyRootFilesystem', service['read_only']),
    ...given('privileged', service['privileged']),
    ...given('pseudoTerminal', service['tty']),
    ...given('interactive', service['stdin_open']),
    ...filled('dockerLabels', mapOf(service['labels'])),
    ...listed('ulimits', ulimitsOf(service['ulimits'])),
    ...listed(
      'systemControls',
      Object.entries(mapOf(service['sysctls'])).map(([namespace, value]) => ({ namespace, value })),
    ),
    ...filled('linuxParameters', linuxOf(service, mounts)),
    ...filled('logConfiguration', logOf(logging, note)),
  }
  return { definition, volumes, ports }
}

const given = (member: string, value: unknown): Input => (value === undefined || value === null ? {} : { [member]: value })
const listed = (member: string, value: readonly unknown[]): Input => (value.length === 0 ? {} : { [member]: value })
const filled = (member: string, value: Input): Input => (Object.keys(value).length === 0 ? {} : { [member]: value })

const resourcesOf = (service: Input, which: 'limits' | 'reservations'): Input =>
  recordOf(recordOf(recordOf(service['deploy'])?.['resources'])?.[which]) ?? {}

const memoryOf = (service: Input): Input => {
  const limit = mebibytesOf(resourcesOf(service, 'limits')['memory'] ?? service['mem_limit'])
  const reserved = mebibytesOf(resourcesOf(service, 'reservations')['memory'] ?? service['mem_reservation'])
  if (limit === undefined) return { memoryReservation: reserved ?? defaultReservation }
  // ECS wants the limit above the reservation.
  return reserved !== undefined && reserved < limit ? { memory: limit, memoryReservation: reserved } : { memory: limit }
}

const cpuOf = (service: Input): Input => {
  const cpus = resourcesOf(service, 'reservations')['cpus'] ?? resourcesOf(service, 'limits')['cpus'] ?? service['cpus']
  if (cpus !== undefined) return { cpu: Math.max(2, Math.round(Number(cpus) * 1024)) }
  return service['cpu_shares'] === undefined ? {} : { cpu: Number(service['cpu_shares']) }
}

const environmentOf = (
  service: Input,
  { outer, envFiles, services, namespace }: Project,
  note: (clause: string) => void,
): readonly Input[] => {
  const fromFiles = Object.assign({}, ...envFilesOf(service['env_file']).map(({ path }) => envFiles.get(path) ?? {}))
  const all: Readonly<Record<string, string>> = { ...fromFiles, ...mapOf(service['environment'], outer) }
  return Object.entries(all).map(([name, before]) => {
    const value = withHosts(name, before, services, namespace)
    if (value !== before) note(`${name} is ${value}, by which the service is found here`)
    return { name, value }
  })
}

/** `env_file`: a path, a list of them, or of `{path, required}`. */
export const envFilesOf = (value: unknown): readonly { readonly path: string; readonly isRequired: boolean }[] =>
  (Array.isArray(value) ? listOf(value) : value === undefined ? [] : [value]).map(each => {
    const long = recordOf(each)
    return long === undefined
      ? { path: String(each), isRequired: true }
      : { path: textOf(long['path']), isRequired: long['required'] !== false }
  })

/** Secrets that are outside are Secrets Manager's; ECS has them as variables and not as files. */
const secretsOf = (service: Input, { secrets, account, region }: Project, note: (clause: string) => void): readonly Input[] =>
  listOf(service['secrets']).flatMap(each => {
    const long = recordOf(each)
    const source = long === undefined ? String(each) : textOf(long['source'])
    const declared = recordOf(secrets[source]) ?? {}
    if (declared['external'] === undefined) {
      note(
        `the secret ${source} is not mapped: put its value into Secrets Manager (aws secretsmanager create-secret --name ${source} …) ` +
          'and declare it with `external: true`',
      )
      return []
    }
    const name = (textOf(long?.['target']) || source).replaceAll(/[^A-Za-z0-9_]/g, '_').toUpperCase()
    const secret = textOf(declared['name']) || source
    note(`the secret ${source} is the variable ${name}, not the file /run/secrets/${source}`)
    return [{ name, valueFrom: `arn:aws:secretsmanager:${region}:${account}:secret:${secret}` }]
  })

const portMappingsOf = (ports: readonly PublishedPort[]): readonly Input[] => {
  const unique = new Map(ports.map(port => [`${port.protocol}-${port.container}`, port]))
  return [...unique].map(([name, { container, protocol }]) => ({ name, containerPort: container, hostPort: container, protocol }))
}

const healthCheckOf = (value: unknown, note: (clause: string) => void): Input | undefined => {
  const check = recordOf(value)
  if (check === undefined) return undefined
  const { test } = check
  const command = typeof test === 'string' ? ['CMD-SHELL', test] : listOf(test).map(String)
  if (check['disable'] === true || command[0] === 'NONE' || command.length === 0) return undefined
  const within = (member: string, seconds: number | undefined, least: number, most: number): number | undefined => {
    if (seconds === undefined) return undefined
    const taken = Math.min(most, Math.max(least, Math.round(seconds)))
    if (taken !== seconds) note(`\`healthcheck.${member}\` is ${taken} s: ECS takes ${least} to ${most} whole seconds`)
    return taken
  }
  return {
    command,
    ...given('interval', within('interval', secondsOf(check['interval']), 5, 300)),
    ...given('timeout', within('timeout', secondsOf(check['timeout']), 2, 60)),
    ...given('retries', check['retries'] === undefined ? undefined : Math.min(10, Math.max(1, Number(check['retries'])))),
    ...given('startPeriod', within('start_period', secondsOf(check['start_period']), 0, 300)),
  }
}

const stopTimeoutOf = (value: unknown, note: (clause: string) => void): number | undefined => {
  const seconds = secondsOf(value)
  if (seconds === undefined) return undefined
  const taken = Math.min(120, Math.max(2, Math.round(seconds)))
  if (taken !== seconds) note(`\`stop_grace_period\` is ${taken} s: ECS takes 2 to 120 whole seconds`)
  return taken
}

const ulimitsOf = (value: unknown): readonly Input[] =>
  Object.entries(recordOf(value) ?? {}).map(([name, limit]) => {
    const both = recordOf(limit)
    return { name, softLimit: Number(both?.['soft'] ?? limit), hardLimit: Number(both?.['hard'] ?? limit) }
  })

const linuxOf = (service: Input, mounts: readonly Mount[]): Input => {
  const capabilities = { ...listed('add', textsOf(service['cap_add'])), ...listed('drop', textsOf(service['cap_drop'])) }
  const short = textsOf(service['tmpfs']).map(path => ({ containerPath: path.replace(/:.*$/, ''), size: 64 }))
  const long = mounts
    .filter(({ kind }) => kind === 'tmpfs')
    .map(({ target, size }) => ({ containerPath: target, size: mebibytesOf(size) ?? 64 }))
  return {
    ...filled('capabilities', capabilities),
    ...given('initProcessEnabled', service['init']),
    ...given('sharedMemorySize', mebibytesOf(service['shm_size'])),
    ...listed('tmpfs', [...short, ...long]),
  }
}

const logOf = (logging: Input | undefined, note: (clause: string) => void): Input => {
  const driver = textOf(logging?.['driver'])
  if (driver === '') return {}
  const known = ['awslogs', 'fluentd', 'gelf', 'json-file', 'journald', 'splunk', 'syslog']
  if (!known.includes(driver)) {
    note(`the log driver ${driver} is none of ECS'`)
    return {}
  }
  return { logDriver: driver, ...filled('options', mapOf(logging?.['options'])) }
}

const mountPointsOf = (mounts: readonly Mount[], { name: project, volumes }: Project, note: (clause: string) => void) => {
  const mountPoints: Input[] = []
  const made: Input[] = []
  for (const { kind, source, target, isReadOnly } of mounts) {
    if (kind === 'bind') note(`${source} is not mounted at ${target}: a folder of this machine is not in the cluster`)
    if (kind !== 'volume' && kind !== 'anonymous') continue
    const declared = recordOf(volumes[source]) ?? {}
    const volume = kind === 'anonymous' ? `scratch-${made.length + 1}` : textOf(declared['name']) || `${project}_${source}`
    // One that no name is given lives as long as its task.
    const scope = kind === 'anonymous' ? { scope: 'task' } : { scope: 'shared', autoprovision: true }
    if (!made.some(each => each['name'] === volume)) made.push({ name: volume, dockerVolumeConfiguration: { ...scope, driver: 'local' } })
    mountPoints.push({ sourceVolume: volume, containerPath: target, readOnly: isReadOnly })
  }
  return { mountPoints, volumes: made }
}

/** Names of containers in `dependsOn` or `depends_on`, with the condition of each. */
export const dependenciesOf = (value: unknown): ReadonlyMap<string, string> => {
  if (Array.isArray(value)) return new Map(value.map(name => [String(name), 'service_started']))
  return new Map(
    Object.entries(recordOf(value) ?? {}).map(([name, each]) => [name, textOf(recordsOf([each])[0]?.['condition']) || 'service_started']),
  )
}
