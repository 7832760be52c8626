import { describe, expect, test } from 'bun:test'
import { cpuUnits, memoryMiB } from '../../../domain/task-spec-size.ts'
import { isFargateSize } from './size.ts'

describe('cpu', () => {
  test.each([
    ['1024', 1024],
    ['1 vCPU', 1024],
    ['1vcpu', 1024],
    ['.25 vCPU', 256],
    ['0.5 vCPU', 512],
    [' 16 vCPU ', 16_384],
    ['', undefined],
    ['0', undefined],
    ['0.3', undefined],
    ['1 GB', undefined],
    ['-1', undefined],
    ['1e3', undefined],
  ])('%p is %p', (text, units) => {
    expect(cpuUnits(text)).toBe(units)
  })
})

describe('memory', () => {
  test.each([
    ['512', 512],
    ['1GB', 1024],
    ['0.5 GB', 512],
    ['30 gb', 30_720],
    ['1 vCPU', undefined],
    ['1 MB', undefined],
  ])('%p is %p', (text, mebibytes) => {
    expect(memoryMiB(text)).toBe(mebibytes)
  })
})

/** Gibibytes from one to another, as the documentation gives them. */
const gibibytes = (from: number, to: number, step = 1) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * 1024)

test.each([
  [256, [512, 1024, 2048]],
  [512, gibibytes(1, 4)],
  [1024, gibibytes(2, 8)],
  [2048, gibibytes(4, 16)],
  [4096, gibibytes(8, 30)],
  [8192, gibibytes(16, 60, 4)],
  [16_384, gibibytes(32, 120, 8)],
  [32_768, []],
  [128, []],
])('Fargate has %d CPU units with these memories alone', (cpu, memories) => {
  const candidates = Array.from({ length: 512 }, (_, index) => (index + 1) * 256)
  expect(candidates.filter(memory => isFargateSize(cpu, memory))).toEqual(memories)
})
