import { expect, test } from 'bun:test'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { containerOf } from './container.ts'

const made = (container: ContainerDefinition, environment: Readonly<Record<string, string>> = {}) =>
  containerOf(
    { name: 'app', image: 'nginx', ...container },
    {
      networkMode: 'bridge',
      resources: {},
      containerRestarts: false,
      volumeMounts: [],
      isHeld: false,
      taskId: '0123456789abcdef0123456789abcdef',
      secrets: { environment, logOptions: {} },
    },
  )

// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
test('what the kubelet would tell of the cluster’s API is empty, unless the container has it of its own or as a secret', () => {
  const host = 'KUBERNETES_SERVICE_HOST'
  const of = (name: string, container: ReturnType<typeof made>) => (container.env ?? []).filter(variable => variable.name === name)
  expect(of(host, made({}))).toEqual([{ name: host, value: '' }])
  expect(of('KUBERNETES_PORT_443_TCP_ADDR', made({}))).toHaveLength(1)
  expect(of(host, made({ environment: [{ name: host, value: 'elsewhere' }] }))).toEqual([{ name: host, value: 'elsewhere' }])
  expect(of(host, made({}, { [host]: 'hidden' }))).toMatchObject([{ name: host, valueFrom: {} }])
})

// https://docs.docker.com/reference/cli/docker/container/run/#security-opt
test.each([
  ['no-new-privileges', false],
  ['no-new-privileges:true', false],
  ['no-new-privileges=true', false],
  ['no-new-privileges:false', undefined],
  ['apparmor:mine', undefined],
])('with %s allowPrivilegeEscalation is %p', (option, expected) => {
  expect(made({ dockerSecurityOptions: [option] }).securityContext?.allowPrivilegeEscalation).toBe(expected)
})
