import { createHash } from 'node:crypto'
import type { ConfigMap, Manifest } from '../../shared/kube/index.ts'
import { labelPrefix } from '../../shared/names.ts'
import clients from './gateway-plugin/clients.go' with { type: 'text' }
import main from './gateway-plugin/kecs.go' with { type: 'text' }
import negotiated from './gateway-plugin/negotiated.go' with { type: 'text' }
import pages from './gateway-plugin/pages.go' with { type: 'text' }
import reply from './gateway-plugin/reply.go' with { type: 'text' }
import rewrite from './gateway-plugin/rewrite.go' with { type: 'text' }
import type { Installation } from './installation.ts'
import { metaOf } from './pod-parts.ts'

/** Its name in the gateway's configuration. */
export const pluginName = 'kecs'
const moduleName = 'kecs.dev/gateway/kecs'
const configMapName = 'traefik-plugin'
/** Traefik looks there, seen from its working directory. https://doc.traefik.io/traefik/v3.6/plugins/ */
const folder = `/plugins-local/src/${moduleName}`

const manifest = [
  'displayName: kecs',
  'type: middleware',
  `import: ${moduleName}`,
  'testData:',
  '  do: listen',
  'summary: What load balancers on AWS do to requests, and what they answer by themselves.',
  '',
].join('\n')

const sources: Readonly<Record<string, string>> = {
  'kecs.go': main,
  'clients.go': clients,
  'negotiated.go': negotiated,
  'pages.go': pages,
  'reply.go': reply,
  'rewrite.go': rewrite,
}

/** The source of what Traefik lacks of a load balancer, which it interprets. */
export const pluginSource = (installation: Installation): ConfigMap & Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metaOf(installation, 'traefik', configMapName),
  data: { 'traefik.yml': manifest, ...sources },
})

/** On the gateway's pods: it reads its plugin when it starts, and only then. */
export const pluginStamp: Readonly<Record<string, string>> = {
  [`${labelPrefix}/plugin`]: createHash('sha256').update(Object.values(sources).join('\n')).digest('hex').slice(0, 12),
}

export const pluginArguments: readonly string[] = [`--experimental.localplugins.${pluginName}.modulename=${moduleName}`]

export const pluginVolume = {
  name: 'plugin',
  configMap: {
    name: configMapName,
    items: [{ key: 'traefik.yml', path: '.traefik.yml' }, ...Object.keys(sources).map(name => ({ key: name, path: name }))],
  },
}

export const pluginMount = { name: pluginVolume.name, mountPath: folder, readOnly: true }
