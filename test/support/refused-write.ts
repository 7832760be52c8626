// A Kubernetes API that refuses one kind of write of one object: a real refusal, by an admission policy.
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
import type { TestInstance } from './instance.ts'
import { until } from './until.ts'

export interface RefusedObject {
  readonly apiVersion: string
  readonly kind: string
  /** In the namespace of kecs' own. */
  readonly name: string
}

const namespace = 'kecs-system'

/** Does some work while the API refuses that; the object has to be there for DELETE, and not to be there for CREATE. */
export async function withRefusal<Result>(
  kecs: TestInstance,
  operation: 'CREATE' | 'DELETE',
  { apiVersion, kind, name }: RefusedObject,
  work: () => Promise<Result>,
): Promise<Result> {
  const [apiGroup, version] = apiVersion.split('/')
  const policy = `kecs-test-${operation.toLowerCase()}-${kind.toLowerCase()}`
  const admission = 'admissionregistration.k8s.io/v1'
  const objects = [
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: policy },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [apiGroup],
              apiVersions: [version],
              operations: [operation],
              resources: [`${kind.toLowerCase()}s`],
              resourceNames: [name],
            },
          ],
        },
        validations: [{ expression: 'false', message: 'This is refused for a test.' }],
      },
    },
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: policy },
      spec: { policyName: policy, validationActions: ['Deny'] },
    },
  ]
  const kubectl = (args: readonly string[], objects_: readonly object[]) =>
    kecs.run(['kubectl', ...args, '-f', '-'], {
      check: false,
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects_ }),
    })
  /** Whether it is refused now: what a policy says is known to the API server some moments after it is there. */
  const isRefused = async (): Promise<boolean> => {
    const probe =
      kind === 'Deployment'
        ? {
            replicas: 0,
            selector: { matchLabels: { probe: name } },
            template: { metadata: { labels: { probe: name } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
          }
        : undefined
    const object = {
      apiVersion,
      kind,
      metadata: { name, namespace },
      ...(probe === undefined ? { addressType: 'IPv4', endpoints: [] } : { spec: probe }),
    }
    const { stderr } = await kubectl([operation.toLowerCase(), '--dry-run=server'], [object])
    return stderr.includes('This is refused for a test')
  }
  const applied = await kubectl(['apply'], objects)
  if (applied.code !== 0) throw new Error(applied.stderr)
  try {
    await until('it is refused', isRefused)
    return await work()
  } finally {
    await kubectl(['delete', '--ignore-not-found'], objects)
    await until('it is refused no more', async () => !(await isRefused()))
  }
}
