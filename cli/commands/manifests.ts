import type { Instance } from '../cluster/driver.ts'
import type { ControlPlaneHost } from '../install/installation.ts'
import { version } from '../../shared/version.ts'
import { defineCommand } from '../command.ts'
import { commonFlags, instanceName } from '../flags.ts'
import { readInstance } from '../instance.ts'
import { settleInstance } from '../up/settings.ts'

export const manifests = defineCommand({
  name: 'manifests',
  summary: 'Print what is installed in the cluster, as YAML.',
  description: 'For the instance as it is, or as kecs up would make it. Nothing is installed.',
  args: {
    ...commonFlags,
    image: { type: 'string', description: "the control plane's image", valueHint: 'IMAGE' },
    backend: { type: 'string', description: 'other AWS services: a LocalStack image, an address, or none', valueHint: 'IMAGE|URL|none' },
  },
  examples: [
    ['kecs manifests', 'see what kecs up applies'],
    ['kecs manifests --backend none | less', 'without LocalStack'],
  ],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const image = given.text('image')
    const backend = given.text('backend')
    const remembered = await readInstance(host.home, name)
    const driver = remembered === undefined || remembered.driver === 'simulated' ? 'k3d' : remembered.driver
    const choices = { ...(image === undefined ? {} : { image }), ...(backend === undefined ? {} : { backend }) }
    const instance = await settleInstance({ home: host.home, name, driver, version, choices, remembered, others: [] })
    const { manifests: objects, toYaml } = await import('../install/manifests.ts')
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    const outside = await hostOf(instance)
    const made = objects({
      instance,
      owner,
      data: { is: 'folder', path: '/data' },
      exposure: 'host-port',
      ...(outside === undefined ? {} : { host: outside }),
    })
    if (given.flag('json') === true) return host.output.json({ apiVersion: 'v1', kind: 'List', items: made })
    host.output.print(toYaml(made).trimEnd())
  },
})

/** Docker's usual one: what it is where no process has said it yet. */
const usualGateway = '172.18.0.1'

/** Where the control plane of an instance with `--legacy` is: as was said, else where its process listens or last did. */
const hostOf = async (instance: Instance): Promise<ControlPlaneHost | undefined> => {
  if (instance.legacy === undefined) return undefined
  const [{ readProcess }, { hostPortsOf }] = await Promise.all([
    import('../cluster/control-process.ts'),
    import('../install/installation.ts'),
  ])
  const url = (await readProcess(instance))?.url ?? ''
  const listens = URL.canParse(url) ? new URL(url).hostname : usualGateway
  return { address: instance.legacy.address ?? listens, ports: hostPortsOf(instance.legacy.ports) }
}
