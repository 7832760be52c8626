import type { RuntimeNode } from '../../server/runtime/runtime.ts'

/** A machine with room for whatever a test runs, unless told otherwise. */
export const aNode = (name: string, more: Partial<RuntimeNode> = {}): RuntimeNode => ({
  name,
  cpu: 64 * 1024,
  memory: 65_536,
  cpuArchitecture: 'x86_64',
  labels: {},
  isReady: true,
  createdAt: 0,
  ...more,
})
