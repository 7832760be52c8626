import {
  kinds,
  type Deployment,
  type KubeClient,
  type Manifest,
  type Role,
  type RoleBinding,
  type Service,
} from '../../shared/kube/index.ts'
import { images, registryName, registryPort, systemNamespace } from '../../shared/names.ts'
import { controlPlaneName } from '../../shared/names.ts'
import { registryHost, type Installation } from './installation.ts'
import { containerSecurity, deploymentOf, metaOf, scratchVolume, selectorOf, type Written } from './pod-parts.ts'

/**
 * Docker's registry, for images with an ECR address. Made without a pod: the control plane starts it when somebody
 * first needs it. https://distribution.github.io/distribution/about/configuration/
 */
export const registry = (installation: Installation): readonly Manifest[] =>
  registryHost(installation) === undefined
    ? []
    : [role(installation), binding(installation), deployment(installation), service(installation), ...routes(installation)]

const role = (installation: Installation): Role & Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: metaOf(installation, 'registry', 'registry-starter'),
  rules: [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: [registryName], verbs: ['patch'] }],
})

const binding = (installation: Installation): RoleBinding & Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: metaOf(installation, 'registry', 'registry-starter'),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'registry-starter' },
  subjects: [{ kind: 'ServiceAccount', name: controlPlaneName, namespace: systemNamespace }],
})

const deployment = (installation: Installation): Deployment & Manifest =>
  deploymentOf(installation, {
    component: 'registry',
    name: registryName,
    replicas: 0,
    runAs: installation.owner,
    pod: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'registry',
          image: images.registry,
          imagePullPolicy: 'IfNotPresent',
          env: [
            { name: 'REGISTRY_STORAGE_DELETE_ENABLED', value: 'true' },
            // It is called by several names, and behind a gateway that it does not know.
            { name: 'REGISTRY_HTTP_RELATIVEURLS', value: 'true' },
            { name: 'REGISTRY_LOG_LEVEL', value: 'warn' },
            { name: 'OTEL_TRACES_EXPORTER', value: 'none' },
          ],
          ports: [{ name: 'registry', containerPort: registryPort, protocol: 'TCP' }],
          readinessProbe: { httpGet: { path: '/v2/', port: 'registry' }, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 },
          livenessProbe: {
            httpGet: { path: '/v2/', port: 'registry' },
            initialDelaySeconds: 10,
            periodSeconds: 15,
            timeoutSeconds: 5,
            failureThreshold: 4,
          },
          resources: { requests: { cpu: '10m', memory: '16Mi' } },
          securityContext: { ...containerSecurity, readOnlyRootFilesystem: true },
          volumeMounts: [
            { name: 'data', mountPath: '/var/lib/registry' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [imagesVolume(installation), scratchVolume],
    },
  })

/** Beside the control plane's on the host, so that images outlive the cluster. */
const imagesVolume = ({ data }: Installation) =>
  data.is === 'folder'
    ? { name: 'data', hostPath: { path: `${data.path}/registry`, type: 'DirectoryOrCreate' } }
    : { name: 'data', emptyDir: {} }

const service = (installation: Installation): Service & Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metaOf(installation, 'registry', registryName),
  spec: { selector: selectorOf('registry'), ports: [{ name: 'registry', port: registryPort, targetPort: 'registry', protocol: 'TCP' }] },
})

interface RouteSpec {
  readonly entryPoints: readonly string[]
  readonly tls?: object
  readonly routes: readonly {
    readonly kind: 'Rule'
    readonly match: string
    readonly priority: number
    readonly services: readonly { readonly name: string; readonly port: number }[]
  }[]
}

/** Docker's calls, told from those of AWS services with such paths by their host and by having no AWS signature. */
const ruleOf = (host: string): string => {
  const hosts = [...new Set(['localhost', '127.0.0.1', host.replace(/:\d+$/, '')])].map(each => `Host(\`${each}\`)`)
  return `PathPrefix(\`/v2/\`) && (${hosts.join(' || ')}) && !HeaderRegexp(\`Authorization\`, \`^AWS4-\`)`
}

/** With and without TLS: Docker and containerd try TLS first, and go on with it at whatever answers. */
const routes = (installation: Installation): readonly Written<RouteSpec>[] =>
  [false, true].map(tls => ({
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: metaOf(installation, 'registry', tls ? 'registry-tls' : 'registry'),
    spec: {
      entryPoints: ['aws'],
      ...(tls ? { tls: {} } : {}),
      routes: [
        {
          kind: 'Rule',
          match: ruleOf(registryHost(installation) ?? ''),
          priority: 900,
          services: [{ name: registryName, port: registryPort }],
        },
      ],
    },
  }))

/** One that was started stays so when `kecs up` applies it again. */
export const withReplicasKept = async (kube: KubeClient, object: Manifest, signal: AbortSignal): Promise<Manifest> => {
  if (object.metadata.name !== registryName || !('spec' in object)) return object
  const found = await kube.find(kinds.deployment, { name: registryName, namespace: systemNamespace }, { signal })
  const replicas = found?.spec?.replicas
  if (replicas === undefined) return object
  const kept: Written<object> = { ...object, spec: { ...Object(object.spec), replicas } }
  return kept
}
