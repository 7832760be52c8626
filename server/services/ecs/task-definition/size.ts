import { cpuUnits, memoryMiB } from '../../../domain/task-spec-size.ts'
import type { Draft, Problems } from './draft.ts'

const guide = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.'

/** The draft with cpu and memory as AWS answers them, or what is wrong with one. */
export function withSize(draft: Draft): Draft | { readonly problem: string } {
  const cpu = draft.cpu === undefined ? undefined : cpuUnits(draft.cpu)
  const memory = draft.memory === undefined ? undefined : memoryMiB(draft.memory)
  if (draft.cpu !== undefined && cpu === undefined) return { problem: `Invalid 'cpu' setting for task. ${guide}` }
  if (draft.memory !== undefined && memory === undefined) return { problem: `Invalid 'memory' setting for task. ${guide}` }
  return {
    ...draft,
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
  }
}

/** Bounds of a task's CPU where it does not run on Fargate. */
const leastCpu = 128
const mostCpu = 196_608

export function* taskCpuProblems(draft: Draft): Problems {
  const cpu = Number(draft.cpu ?? leastCpu)
  if (cpu < leastCpu || cpu > mostCpu) yield `Invalid 'cpu' setting for task. ${guide}`
}

/** CPU units, and the MiB that go with them: least, most and the step between. */
const fargateSizes: ReadonlyMap<number, { readonly least: number; readonly most: number; readonly step: number }> = new Map([
  [512, { least: 1024, most: 4096, step: 1024 }],
  [1024, { least: 2048, most: 8192, step: 1024 }],
  [2048, { least: 4096, most: 16_384, step: 1024 }],
  [4096, { least: 8192, most: 30_720, step: 1024 }],
  [8192, { least: 16_384, most: 61_440, step: 4096 }],
  [16_384, { least: 32_768, most: 122_880, step: 8192 }],
])
/** The smallest size has no even steps. */
const smallest = { cpu: 256, memories: [512, 1024, 2048] }

/**
 * Whether Fargate has tasks of this size, in CPU units and MiB.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */
export function isFargateSize(cpu: number, memory: number): boolean {
  if (cpu === smallest.cpu) return smallest.memories.includes(memory)
  const size = fargateSizes.get(cpu)
  return size !== undefined && memory >= size.least && memory <= size.most && (memory - size.least) % size.step === 0
}
