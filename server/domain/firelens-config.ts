import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import { endpointOptions } from './firelens-endpoint.ts'
import { type FluentConfig, fluentBitText, fluentdText } from './firelens-text.ts'
import { fluentPort, fluentSocket, isRouted, type LogRouter, optionVariable } from './firelens.ts'

/** A router that cannot be configured, in the words of ECS' agent. */
export class FirelensRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FirelensRefused'
  }
}

export interface RoutedTask {
  readonly containers: readonly ContainerDefinition[]
  readonly networkMode: 'awsvpc' | 'bridge' | 'host' | 'none'
  readonly clusterName: string
  readonly taskArn: string
  readonly family: string
  readonly revision: number
}

interface Dialect {
  readonly output: string
  readonly all: string
  /** Where a router finds its configuration, and the one from S3. */
  readonly path: string
  readonly externalPath: string
  readonly variable: (name: string) => string
  readonly text: (config: FluentConfig) => string
}

const dialects: Readonly<Record<'fluentbit' | 'fluentd', Dialect>> = {
  fluentbit: {
    output: 'Name',
    all: '*',
    path: '/fluent-bit/etc/fluent-bit.conf',
    externalPath: '/fluent-bit/etc/external.conf',
    variable: name => `\${${name}}`,
    text: fluentBitText,
  },
  fluentd: {
    output: '@type',
    all: '**',
    path: '/fluentd/etc/fluent.conf',
    externalPath: '/fluentd/etc/external.conf',
    variable: name => `"#{ENV['${name}']}"`,
    text: fluentdText,
  },
}

/** Where a router has its configuration, and that of S3, in its container. */
export const configPaths = ({ configuration }: LogRouter): Pick<Dialect, 'path' | 'externalPath'> => dialects[configuration.type]

/**
 * The file that a router is started with, as ECS' agent writes it: its socket and ports, what is added to each record,
 * the external configuration, and an output for each container that says where its lines go. Throws `FirelensRefused`.
 *
 * Where it differs from ECS: on EC2 no `ec2_instance_id` is added, as the node is not known yet. Outputs of AWS that name
 * no endpoint are given the router's AWS_ENDPOINT_URL.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html
 */
export const firelensConfig = (task: RoutedTask, router: LogRouter): string => {
  const dialect = dialects[router.configuration.type]
  const options = router.configuration.options ?? {}
  const routed = task.containers.filter(isRouted).map(container => outputOf(container, task.containers, router))
  return dialect.text({
    inputs: inputsOf(task, router),
    filters: routed.flatMap(({ filters }) => filters),
    ...(hasMetadata(options) && {
      record: {
        match: dialect.all,
        fields: { ecs_cluster: task.clusterName, ecs_task_arn: task.taskArn, ecs_task_definition: `${task.family}:${task.revision}` },
      },
    }),
    ...included(options, dialect),
    outputs: [...healthOutput(task, router), ...routed.flatMap(({ output }) => output)],
  })
}

/** What the agent does not take for true leaves them out. */
const hasMetadata = ({ 'enable-ecs-log-metadata': value = 'true' }: Readonly<Record<string, string>>): boolean =>
  /^(1|t|T|true|True|TRUE)$/.test(value)

const included = (options: Readonly<Record<string, string>>, { externalPath }: Dialect): Pick<FluentConfig, 'include'> => {
  const type = options['config-file-type']
  if (type === undefined) return {}
  if (type !== 's3' && type !== 'file') throw new FirelensRefused(`invalid value ${type} is specified for option config-file-type`)
  const value = options['config-file-value']
  if (value === undefined) throw new FirelensRefused('option config-file-type is specified but config-file-value is not specified')
  return { include: type === 's3' ? externalPath : value }
}

const listensAt = ({ networkMode }: RoutedTask): string | undefined =>
  networkMode === 'bridge' ? '0.0.0.0' : networkMode === 'awsvpc' ? '127.0.0.1' : undefined

const socketPath = `/var/run/${fluentSocket}`
/** MiB, where the router has no memory of its own to take half of. */
const defaultBuffer = 25

const inputsOf = (task: RoutedTask, { configuration, container }: LogRouter): FluentConfig['inputs'] => {
  const listen = listensAt(task)
  if (configuration.type === 'fluentd') {
    const network = listen === undefined ? [] : [{ name: 'forward', options: { bind: listen, port: String(fluentPort) } }]
    return [{ name: 'unix', options: { path: socketPath } }, ...network]
  }
  const buffer = Math.floor((container.memoryReservation || container.memory || 0) / 2) || defaultBuffer
  const socket = { name: 'forward', options: { Mem_Buf_Limit: `${buffer}MB`, unix_path: socketPath } }
  if (listen === undefined) return [socket]
  return [
    socket,
    { name: 'forward', options: { Listen: listen, Port: String(fluentPort) } },
    { name: 'tcp', tag: healthTag, options: { Listen: '127.0.0.1', Port: '8877' } },
  ]
}

/** What a router's health check sends itself goes nowhere. */
const healthTag = 'firelens-healthcheck'
const healthOutput = (task: RoutedTask, { configuration }: LogRouter): FluentConfig['outputs'] =>
  configuration.type === 'fluentbit' && listensAt(task) !== undefined ? [{ name: 'null', match: healthTag, options: {} }] : []

/** Options that are for whoever delivers lines to the router, and none of its output's. */
const deliveryOptions: ReadonlySet<string> = new Set(['log-driver-buffer-limit', 'mode', 'max-buffer-size'])

const outputOf = (
  { name = '', logConfiguration }: ContainerDefinition,
  containers: readonly ContainerDefinition[],
  { configuration, container: { environment = [] } }: LogRouter,
): Pick<FluentConfig, 'filters'> & { readonly output: FluentConfig['outputs'] } => {
  const dialect = dialects[configuration.type]
  const secret = (logConfiguration?.secretOptions ?? []).map(
    option => [option.name, dialect.variable(optionVariable(option.name, name, containers))] as const,
  )
  const given = [...Object.entries(logConfiguration?.options ?? {}), ...secret].filter(([key]) => !deliveryOptions.has(key))
  const of = (key: string): string | undefined => given.find(([each]) => each === key)?.[1]
  const match = `${name}-firelens${dialect.all}`
  const filters = (['include-pattern', 'exclude-pattern'] as const).flatMap(key => {
    const pattern = of(key)
    return pattern === undefined ? [] : [{ is: key, match, pattern }]
  })
  const options = given.filter(([key]) => key !== dialect.output && key !== 'include-pattern' && key !== 'exclude-pattern')
  const plugin = of(dialect.output)
  if (plugin !== undefined) {
    const endpointUrl = environment.find(variable => variable.name === 'AWS_ENDPOINT_URL')?.value
    const names = options.map(([key]) => key)
    const ways = configuration.type === 'fluentbit' ? endpointOptions(plugin, names, endpointUrl) : {}
    return { filters, output: [{ name: plugin, match, options: { ...ways, ...Object.fromEntries(options) } }] }
  }
  if (options.length === 0) return { filters, output: [] }
  const missing = `missing output key ${dialect.output} which is required for firelens configuration of type ${configuration.type}`
  throw new FirelensRefused(`unable to apply log options of container ${name} to firelens config: ${missing}`)
}
