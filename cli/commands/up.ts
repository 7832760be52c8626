import { CliError } from '../../shared/errors.ts'
import { type UnknownRoles, isUnknownRoles, unknownRolesModes } from '../../shared/unknown-roles.ts'
import type { DriverName } from '../cluster/driver.ts'
import { type Arguments, defineCommand, port } from '../command.ts'
import { type Choices, type Declared, environmentSettings, readConfigFiles } from '../config-file.ts'
import { commonFlags, instanceName, mostPorts, parsePortRange } from '../flags.ts'
import type { Host } from '../host.ts'
import { isDriverName } from '../instance.ts'
import { authModes, parseAuthMode } from '../keys.ts'
import { bringUp } from '../up/bring-up.ts'

const args = {
  ...commonFlags,
  driver: { type: 'string', description: 'what it runs on: k3d, kind, context or simulated', valueHint: 'DRIVER' },
  port: { type: 'string', description: 'the AWS endpoint on this machine (default 4566)', valueHint: 'PORT' },
  'api-port': { type: 'string', description: 'the Kubernetes API on this machine (default 6550)', valueHint: 'PORT' },
  publish: { type: 'string', description: "ports for tasks' host ports (default 9000-9019)", valueHint: 'FIRST-LAST' },
  listeners: { type: 'string', description: "ports for load balancers' listeners (default 9020-9039)", valueHint: 'FIRST-LAST' },
  'udp-listeners': { type: 'string', description: 'how many of the last of these are opened for UDP too (default 5)', valueHint: 'COUNT' },
  bind: { type: 'string', description: 'address that endpoint and ports are opened on (default 127.0.0.1)', valueHint: 'ADDRESS' },
  context: { type: 'string', description: 'the kube context to install into, with --driver context', valueHint: 'CONTEXT' },
  image: { type: 'string', description: "the control plane's image", valueHint: 'IMAGE' },
  legacy: { type: 'boolean', description: 'run the control plane on this machine, outside of the cluster; --no-legacy inside of it' },
  'host-address': { type: 'string', description: "this machine's address as the cluster reaches it, with --legacy", valueHint: 'ADDRESS' },
  backend: { type: 'string', description: 'other AWS services: a LocalStack image, an address, or none', valueHint: 'IMAGE|URL|none' },
  'unknown-roles': {
    type: 'string',
    description: "what becomes of roles that the backend's IAM has not (default refuse)",
    valueHint: unknownRolesModes.join('|'),
  },
  auth: { type: 'string', description: 'whether signatures are verified (default open)', valueHint: authModes.join('|') },
  keys: { type: 'string', description: 'the keys that --auth strict takes, one a line', valueHint: 'FILE' },
  'allow-reset': { type: 'boolean', description: 'let POST /_kecs/reset on the admin port empty the instance; --no-allow-reset ends it' },
  apply: { type: 'boolean', default: true, description: 'leave out the images, fixtures and scripts that kecs.yaml declares' },
  download: { type: 'boolean', default: true, description: 'fetch no k3d or kind that is missing' },
} as const

export const up = defineCommand({
  name: 'up',
  summary: 'Start an instance, or mend what it lacks.',
  description:
    'Makes a Kubernetes cluster, puts the control plane into it, and waits until the AWS endpoint answers. Run it again\n' +
    'at any time: what is there stays, what is missing or was interrupted is made good. Settings come from flags, then\n' +
    'environment variables (KECS_PORT and so on), then kecs.yaml here, then ~/.config/kecs/config.yaml, then what the instance\n' +
    'had before. Images, fixtures and scripts that the files declare follow once the endpoint answers; --no-apply leaves them out.',
  args,
  examples: [
    ['kecs up', 'on k3d or kind where Docker answers, else with simulated tasks'],
    ['kecs up --driver simulated', 'no Docker, ready in a second; no container runs'],
    ['kecs up --name staging', 'a second instance with its own cluster, ports and data'],
    ['kecs up --backend none', 'without LocalStack'],
    ['kecs up --driver context --context my-cluster', 'into a cluster that exists'],
    ['kecs up --legacy', 'with the control plane on this machine, outside of the cluster'],
  ],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const choices = { ...(await readConfigFiles(host.cwd, host.env)), ...environmentChoices(host), ...flagChoices(given) }
    await bringUp({
      command: 'up',
      name,
      given,
      choices,
      download: given.flag('download') !== false,
      apply: given.flag('apply') !== false,
      host,
    })
  },
})

const flagChoices = (given: Arguments<typeof args>): Choices => {
  const driver = given.text('driver')
  const publish = given.text('publish')
  const auth = given.text('auth')
  const listeners = given.text('listeners')
  const unknownRoles = given.text('unknown-roles')
  return present({
    driver: driver === undefined ? undefined : checkDriver(driver, '--driver'),
    port: given.number('port', port.least, port.most),
    apiPort: given.number('api-port', port.least, port.most),
    publish: publish === undefined ? undefined : parsePortRange(publish),
    listeners: listeners === undefined ? undefined : parsePortRange(listeners, '--listeners'),
    udpListeners: given.number('udp-listeners', 0, mostPorts),
    bind: given.text('bind'),
    context: given.text('context'),
    image: given.text('image'),
    legacy: given.flag('legacy'),
    hostAddress: given.text('host-address'),
    backend: given.text('backend'),
    auth: auth === undefined ? undefined : parseAuthMode(auth, '--auth'),
    keys: given.text('keys'),
    allowReset: given.flag('allow-reset'),
    unknownRoles: unknownRoles === undefined ? undefined : parseUnknownRoles(unknownRoles, '--unknown-roles'),
  })
}

export const environmentChoices = ({ env, cwd }: Pick<Host, 'env' | 'cwd'>): Choices => {
  const traces = env['OTEL_EXPORTER_OTLP_ENDPOINT']
  return { ...environmentSettings(env, cwd), ...(traces === undefined ? {} : { traces }) }
}

const parseUnknownRoles = (text: string, from: string): UnknownRoles => {
  if (isUnknownRoles(text)) return text
  throw new CliError(`${from} is refuse or accept, not ${text}.`, '', { exitCode: 2 })
}

const checkDriver = (text: string, from: string): DriverName => {
  if (isDriverName(text)) return text
  throw new CliError(`${from}: there is no driver "${text}".`, 'The drivers are: k3d, kind, context, simulated.', { exitCode: 2 })
}

/** The object without what is undefined, so that it does not hide what other sources say. */
const present = (values: { readonly [K in Exclude<keyof Choices, keyof Declared | 'traces'>]-?: Choices[K] | undefined }): Choices => {
  const {
    driver,
    port: door,
    apiPort,
    publish,
    listeners,
    udpListeners,
    bind,
    context,
    image,
    legacy,
    hostAddress,
    backend,
    auth,
    keys,
    allowReset,
    unknownRoles,
  } = values
  return {
    ...(driver === undefined ? {} : { driver }),
    ...(door === undefined ? {} : { port: door }),
    ...(apiPort === undefined ? {} : { apiPort }),
    ...(publish === undefined ? {} : { publish }),
    ...(listeners === undefined ? {} : { listeners }),
    ...(udpListeners === undefined ? {} : { udpListeners }),
    ...(bind === undefined ? {} : { bind }),
    ...(context === undefined ? {} : { context }),
    ...(image === undefined ? {} : { image }),
    ...(legacy === undefined ? {} : { legacy }),
    ...(hostAddress === undefined ? {} : { hostAddress }),
    ...(backend === undefined ? {} : { backend }),
    ...(auth === undefined ? {} : { auth }),
    ...(keys === undefined ? {} : { keys }),
    ...(allowReset === undefined ? {} : { allowReset }),
    ...(unknownRoles === undefined ? {} : { unknownRoles }),
  }
}
