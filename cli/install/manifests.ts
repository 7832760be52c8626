import { stringify } from 'yaml'
import type { Manifest, Namespace } from '../../shared/kube/index.ts'
import { labels, systemNamespace } from '../../shared/names.ts'
import { agent } from './agent.ts'
import { backendOf } from './backend.ts'
import { claim } from './claim.ts'
import { controlPlane } from './control-plane.ts'
import { controlPlaneRoles } from './control-plane-rbac.ts'
import { externalBackend } from './external-backend.ts'
import type { Installation } from './installation.ts'
import { localstack } from './localstack.ts'
import { registry } from './registry.ts'
import { routes } from './routes.ts'
import { traefik } from './traefik.ts'
import { traefikCrds } from './traefik-crds.ts'

/** Objects by the file of deploy/manifests that shows them; what needs another comes after it. */
export const manifestFiles = (installation: Installation): Readonly<Record<string, readonly Manifest[]>> => {
  const backend = backendOf(installation.instance.backend)
  return {
    namespace: [namespace(installation)],
    'traefik-crds': traefikCrds,
    'control-plane': [
      ...controlPlaneRoles(installation),
      ...(installation.data.is === 'claim' ? [claim(installation, installation.data.name)] : []),
      ...controlPlane(installation),
    ],
    agent: agent(installation),
    ...(backend.kind === 'image' ? { localstack: localstack(installation, backend.image) } : {}),
    traefik: [
      ...traefik(installation),
      ...(backend.kind === 'url' ? externalBackend(installation, backend.url) : []),
      ...routes(installation),
    ],
    ...(registry(installation).length > 0 ? { registry: registry(installation) } : {}),
  }
}

/** All that is installed, in an order in which it can be applied one after the other. */
export const manifests = (installation: Installation): readonly Manifest[] => Object.values(manifestFiles(installation)).flat()

export const toYaml = (objects: readonly Manifest[]): string =>
  objects.map(object => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')

const namespace = ({ instance }: Installation): Namespace & Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: systemNamespace, labels: { 'app.kubernetes.io/managed-by': 'kecs', [labels.instance]: instance.name } },
})
