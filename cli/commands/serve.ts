import { join } from 'node:path'
import type { ServerConfig } from '../../server/config.ts'
import type { ConfiguredKey } from '../../shared/access-keys.ts'
import { CliError, messageOf } from '../../shared/errors.ts'
import { adminPort, apiPort, doorHost, doorPort } from '../../shared/names.ts'
import { unknownRolesModes } from '../../shared/unknown-roles.ts'
import { version } from '../../shared/version.ts'
import { defineCommand, port } from '../command.ts'
import { instanceName, jsonFlag, parsePortRange, nameFlag, quietFlag } from '../flags.ts'
import { writeAtomically } from '../instance.ts'
import { authModes, keysIn, noKeys, parseAuthMode, readKeysFile } from '../keys.ts'
import { forbiddenPort, portTaken, tryListen } from '../ports.ts'
import { processBegun } from '../processes.ts'
import { gatewayConfig, ofTheCluster, outsideOf, portsOf } from '../serve-environment.ts'

const logLevels = ['debug', 'info', 'warn', 'error'] as const

export const serve = defineCommand({
  name: 'serve',
  summary: 'Run the control plane in the foreground.',
  description:
    'Without a cluster its tasks are simulated: containers are state machines that honour commands and exit codes.\n' +
    'Inside the cluster (KECS_CONTAINER_MODE=true) it is the control plane that runs tasks as pods.',
  args: {
    name: nameFlag,
    port: { type: 'string', description: `the AWS API's port (default ${doorPort}; 0 takes a free one)`, valueHint: 'PORT' },
    'admin-port': {
      type: 'string',
      description: `the port of health and metrics (default ${adminPort}; a free one with 0, and with --port 0)`,
      valueHint: 'PORT',
    },
    bind: { type: 'string', description: 'address to listen on (default 127.0.0.1)', valueHint: 'ADDRESS' },
    data: { type: 'string', description: 'folder of the state (default ~/.kecs/NAME/serve, or KECS_DATA_DIR)', valueHint: 'FOLDER' },
    backend: { type: 'string', description: 'where calls of other AWS services go, such as http://127.0.0.1:4510', valueHint: 'URL' },
    'unknown-roles': {
      type: 'enum',
      options: [...unknownRolesModes],
      description: "what becomes of roles that the backend's IAM has not (default refuse)",
      valueHint: unknownRolesModes.join('|'),
    },
    runtime: {
      type: 'enum',
      options: ['simulated', 'kubernetes'],
      description: 'what runs tasks (default simulated)',
      valueHint: 'simulated|kubernetes',
    },
    publish: {
      type: 'string',
      description: 'host ports that tasks with a dynamic one get first, such as 9000-9019',
      valueHint: 'FIRST-LAST',
    },
    auth: {
      type: 'enum',
      options: [...authModes],
      description: 'whether signatures are verified (default open)',
      valueHint: authModes.join('|'),
    },
    keys: { type: 'string', description: 'the keys that --auth strict takes, one a line', valueHint: 'FILE' },
    'allow-reset': { type: 'boolean', description: 'let POST /_kecs/reset on the admin port empty the instance' },
    'log-level': {
      type: 'enum',
      options: [...logLevels],
      description: 'what is logged (default info; warn at a terminal)',
      valueHint: logLevels.join('|'),
    },
    'process-file': { type: 'string', description: 'write pid and addresses there, as JSON, once it answers', valueHint: 'FILE' },
    json: jsonFlag,
    quiet: quietFlag,
  },
  examples: [
    ['kecs serve', 'simulated tasks on port 4566, until Ctrl-C'],
    ['kecs serve --port 0 --data /tmp/kecs-test --allow-reset', 'for tests: free ports, its own state, emptied between tests'],
  ],
  run: async (args, host) => {
    const output = args.flag('quiet') === true ? host.output.quiet() : host.output
    const keysFile = args.text('keys') ?? host.env['KECS_KEYS_FILE']
    const config = serveConfig(
      {
        name: args.text('name'),
        port: args.number('port', 0, port.most),
        adminPort: args.number('admin-port', 0, port.most),
        bind: args.text('bind'),
        data: args.text('data'),
        backend: args.text('backend'),
        unknownRoles: args.text('unknown-roles'),
        runtime: args.text('runtime'),
        publish: args.text('publish'),
        auth: args.text('auth'),
        keys: keysFile === undefined || keysFile === '' ? undefined : await readKeysFile(keysFile),
        allowReset: args.flag('allow-reset'),
        logLevel: args.text('log-level'),
      },
      { ...host.env, KECS_LOG_LEVEL: host.env['KECS_LOG_LEVEL'] ?? (host.output.live ? 'warn' : 'info') },
      host.home,
    )
    if (process.versions.bun === undefined)
      throw new CliError('kecs serve needs Bun: its server is made of it.', 'Run the kecs binary, or the source with bun.')
    const [{ startServer }, { giveBackProgramPages }] = await Promise.all([
      import('../../server/main.ts'),
      import('../../server/process/program-pages.ts'),
    ])
    const server = await startServer(config).catch(async (error: unknown) => {
      throw await startError(error, config)
    })
    const keepPages = giveBackProgramPages(host.clock)
    try {
      const file = args.text('process-file')
      if (file !== undefined) await writeAtomically(file, `${JSON.stringify(processDocument(server, host.env))}\n`)
      if (args.flag('json') === true) output.json(serveDocument(config, server))
      else for (const line of banner(config, server)) output.note(line)
      await aborted(host.signal)
      output.note('Stopping.')
    } finally {
      keepPages()
      await server.stop()
    }
  },
})

interface ServeFlags {
  readonly name: string | undefined
  readonly port: number | undefined
  readonly adminPort: number | undefined
  readonly bind: string | undefined
  readonly data: string | undefined
  readonly backend: string | undefined
  readonly unknownRoles: string | undefined
  readonly runtime: string | undefined
  readonly publish: string | undefined
  readonly auth: string | undefined
  readonly keys: readonly ConfiguredKey[] | undefined
  readonly allowReset: boolean | undefined
  readonly logLevel: string | undefined
}

/** The server's configuration of flags, else of the environment (the manifests set it in the cluster), else of defaults. */
export const serveConfig = (flags: ServeFlags, env: Readonly<Record<string, string | undefined>>, home: string): ServerConfig => {
  const inCluster = env['KECS_CONTAINER_MODE'] === 'true'
  const instance = instanceName(flags.name ?? env['KECS_INSTANCE'], env)
  const outside = outsideOf(env)
  const runtime = runtimeOf(flags.runtime, inCluster || outside !== undefined)
  const host = flags.bind ?? (inCluster ? '0.0.0.0' : '127.0.0.1')
  const backendUrl = flags.backend ?? env['KECS_BACKEND_URL']
  const endpointForTasks = env['KECS_ENDPOINT_FOR_TASKS'] ?? (inCluster ? `http://${doorHost}:${doorPort}` : undefined)
  const published = flags.publish ?? env['KECS_PUBLISHED_PORTS']
  return {
    dataDir: flags.data ?? env['KECS_DATA_DIR'] ?? join(home, instance, 'serve'),
    host,
    apiPort: flags.port ?? (inCluster ? apiPort : doorPort),
    // Who asks for any free port wants no other one taken either.
    adminPort: flags.adminPort ?? (flags.port === 0 ? 0 : adminPort),
    ...portsOf(env),
    runtime,
    ...(backendUrl === undefined || backendUrl === '' ? {} : { backendUrl: checkUrl(backendUrl) }),
    ...rolesOf(flags, env),
    ...(endpointForTasks === undefined ? {} : { endpointForTasks }),
    instance,
    ...ofTheCluster(env),
    ...(outside === undefined ? {} : { outside }),
    ...(published === undefined || published === '' ? {} : { publishedPorts: parsePortRange(published) }),
    ...((flags.allowReset ?? env['KECS_ALLOW_RESET'] === 'true') ? { allowReset: true } : {}),
    ...keysOf(flags, env),
    ...gatewayConfig(env),
    ...scalingOf(env),
    ...tracesOf(env),
    logLevel: oneOf('--log-level', logLevels, flags.logLevel ?? env['KECS_LOG_LEVEL'] ?? 'info'),
  }
}

const rolesOf = ({ unknownRoles }: ServeFlags, env: Readonly<Record<string, string | undefined>>): Pick<ServerConfig, 'unknownRoles'> => {
  const mode = unknownRoles ?? (env['KECS_UNKNOWN_ROLES'] || undefined)
  return mode === undefined ? {} : { unknownRoles: oneOf('--unknown-roles', unknownRolesModes, mode) }
}

/** The keys that signatures are verified with, where they are to be. */
const keysOf = ({ auth, keys }: ServeFlags, env: Readonly<Record<string, string | undefined>>): Pick<ServerConfig, 'keys'> => {
  const mode = parseAuthMode(auth ?? (env['KECS_AUTH'] || 'open'), auth === undefined ? 'KECS_AUTH' : '--auth')
  if (mode === 'open') {
    if (keys === undefined) return {}
    throw new CliError('--keys is for --auth strict: without it any credentials are taken.', 'Add --auth strict, or leave --keys out.', {
      exitCode: 2,
    })
  }
  const inline = env['KECS_KEYS']
  if (keys !== undefined) return { keys }
  if (inline === undefined || inline === '') throw noKeys()
  return { keys: keysIn(inline, 'KECS_KEYS') }
}

/**
 * Where spans go: OpenTelemetry's own variables.
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
 */
const tracesOf = (env: Readonly<Record<string, string | undefined>>): Pick<ServerConfig, 'traces'> => {
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined
  const given = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`)
  if (given === undefined) return {}
  if (!URL.canParse(given) || !/^https?:/.test(given)) {
    throw new CliError(`${given} is no address of an OpenTelemetry collector.`, 'Write OTEL_EXPORTER_OTLP_ENDPOINT as http://HOST:4318.', {
      exitCode: 2,
    })
  }
  return { traces: { url: given, serviceName: env['OTEL_SERVICE_NAME'] || 'kecs-control-plane' } }
}

/** Seconds from one look of scaling to the next: for tests that do not wait for minutes. */
const scalingOf = ({
  KECS_SCALING_PERIOD: given = '',
}: Readonly<Record<string, string | undefined>>): Pick<ServerConfig, 'scalingPeriodMs'> => {
  if (given === '') return {}
  const seconds = Number(given)
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= 60) return { scalingPeriodMs: seconds * 1000 }
  throw new CliError(`KECS_SCALING_PERIOD ${given} is no number of seconds from 1 to 60.`, '', { exitCode: 2 })
}

const runtimeOf = (asked: string | undefined, hasCluster: boolean): ServerConfig['runtime'] => {
  const runtime = oneOf('--runtime', ['simulated', 'kubernetes'] as const, asked ?? (hasCluster ? 'kubernetes' : 'simulated'))
  if (runtime === 'simulated' || hasCluster) return runtime
  throw new CliError(
    'kecs serve runs tasks on Kubernetes only as kecs up starts it.',
    'Use kecs up, which puts it into the cluster, or kecs up --legacy, or leave --runtime out.',
    { exitCode: 2 },
  )
}

const oneOf = <T extends string>(flag: string, values: readonly T[], given: string): T => {
  const found = values.find(value => value === given)
  if (found !== undefined) return found
  throw new CliError(`${flag} ${given} is not one of ${values.join(', ')}.`, '', { exitCode: 2 })
}

const checkUrl = (text: string): string => {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/$/, '')
  throw new CliError(`--backend ${text} is not an address.`, 'Write it as http://HOST:PORT.', { exitCode: 2 })
}

/** What a failed start means to a person: most often a port that another process holds. */
const startError = async (error: unknown, config: ServerConfig): Promise<unknown> => {
  if (error instanceof CliError) return error
  for (const number of [config.apiPort, config.adminPort]) {
    if ((await tryListen(config.host, number)) === 'forbidden') return forbiddenPort(number)
  }
  const isPort = /EADDRINUSE|address already in use|port .* in use/i.test(
    `${messageOf(error)} ${error instanceof Error && 'code' in error ? String(error.code) : ''}`,
  )
  if (!isPort) return error
  const other = /port (\d+)/i.exec(messageOf(error))?.[1]
  if (other !== undefined && Number(other) !== config.apiPort && Number(other) !== config.adminPort)
    return new CliError(`Port ${other} of ${config.host} is taken.`, 'Stop what holds it.', { cause: error })
  for (const [flag, number] of [
    ['--port', config.apiPort],
    ['--admin-port', config.adminPort],
  ] as const) {
    const taken = await portTaken(config.host, number)
    if (taken !== undefined)
      return new CliError(
        `Port ${number} is taken${taken.holder === undefined ? '' : ` by ${taken.holder}`}.`,
        `Stop it, or choose another with ${flag}.`,
        { cause: error },
      )
  }
  return error
}

/** What tells the host command of this process; the stamp is its own and says what the process was started with. */
const processDocument = (
  server: { url: string; adminUrl: string },
  { KECS_PROCESS_STAMP: stamp }: Readonly<Record<string, string | undefined>>,
) => ({
  pid: process.pid,
  url: server.url,
  adminUrl: server.adminUrl,
  begun: processBegun(process.pid),
  ...(stamp === undefined ? {} : { stamp }),
})

const serveDocument = (config: ServerConfig, server: { url: string; adminUrl: string }) => ({
  name: config.instance,
  state: 'ready',
  simulated: config.runtime === 'simulated',
  endpoint: server.url,
  admin: server.adminUrl,
  data: config.dataDir,
  pid: process.pid,
  version,
})

const banner = (config: ServerConfig, server: { url: string; adminUrl: string }): readonly string[] => [
  `kecs ${version}, instance ${config.instance}`,
  `  AWS API   ${server.url}`,
  `  admin     ${server.adminUrl}   /health /ready /metrics${config.allowReset === true ? ' /_kecs/reset' : ''}`,
  `  state     ${config.dataDir}`,
  `  access    ${config.keys === undefined ? 'open: any credentials are taken' : `strict: signatures of ${config.keys.length} configured key${config.keys.length === 1 ? '' : 's'}`}`,
  `  backend   ${config.backendUrl ?? 'none: calls of other AWS services get an error'}`,
  config.runtime === 'simulated'
    ? '  tasks     SIMULATED: no container runs, no image is pulled. For real tasks use kecs up with Docker.'
    : '  tasks     pods of this Kubernetes cluster',
]

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
