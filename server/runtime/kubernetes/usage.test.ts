import { expect, test } from 'bun:test'
import { usageIn } from './usage.ts'

const taskId = '0123456789abcdef0123456789abcdef'

test('the usage of tasks is read off the kubelet, in CPU units and MiB', () => {
  // The form of https://kubernetes.io/docs/reference/instrumentation/node-metrics/
  const pod = (name: string, more: object = {}) => ({
    podRef: { name, namespace: 'default-us-east-1', uid: 'u' },
    cpu: { usageNanoCores: 250_000_000 },
    memory: { workingSetBytes: 64 * 1024 ** 2 },
    ...more,
  })
  const summary = { node: {}, pods: [pod(`web-${taskId}`), pod('coredns-7f5'), pod('web-ffffffffffffffffffffffffffffffff', { cpu: {} })] }
  expect([...usageIn(summary)]).toEqual([[taskId, { cpu: 256, memory: 64 }]])
  expect([...usageIn('nonsense')]).toEqual([])
})
