// Expected values follow the ECS developer guide (task definition parameters: task size, cpu, memory): a container's
// cpu is a share, its memory a hard limit, its reservation what is set aside, and the task's size bounds them all.
import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { resourcesOf, type ResourceRequirements } from './resources.ts'

const ec2 = (containers: readonly ContainerDefinition[], size: { cpu?: number; memory?: number } = {}, podLevel = true) =>
  resourcesOf({ launchType: 'EC2', containers, ...size }, { podLevel })
const fargate = (containers: readonly ContainerDefinition[], size: { cpu: number; memory: number }, podLevel = true) =>
  resourcesOf({ launchType: 'FARGATE', containers, ...size }, { podLevel })

describe('EC2', () => {
  test('cpu is reserved and shared, never capped; memory is capped and reserved', () => {
    expect(ec2([{ cpu: 1024, memory: 512 }])).toEqual({
      pod: undefined,
      containers: [{ requests: { cpu: '1000m', memory: '512Mi' }, limits: { memory: '512Mi' } }],
    })
  })

  test('a reservation is what is set aside; alone it caps nothing', () => {
    expect(ec2([{ memory: 512, memoryReservation: 128 }, { memoryReservation: 64 }]).containers).toEqual([
      { requests: { memory: '128Mi' }, limits: { memory: '512Mi' } },
      { requests: { memory: '64Mi' } },
    ])
  })

  test('the size of the task is reserved and caps all containers together', () => {
    expect(ec2([{ cpu: 256 }, { memoryReservation: 64 }], { cpu: 512, memory: 1024 })).toEqual({
      pod: { requests: { cpu: '500m', memory: '1024Mi' }, limits: { cpu: '500m', memory: '1024Mi' } },
      containers: [{ requests: { cpu: '250m' } }, { requests: { memory: '64Mi' } }],
    })
  })

  test('0 units are none', () => {
    expect(ec2([{ cpu: 0, memory: 16 }]).containers).toEqual([{ requests: { memory: '16Mi' }, limits: { memory: '16Mi' } }])
  })
})

test('a container of one unit, whose request is rounded up, fits its task', () => {
  expect(ec2([{ cpu: 127 }, { cpu: 1 }], { cpu: 128 }).pod).toEqual({ requests: { cpu: '125m' }, limits: { cpu: '125m' } })
  expect(ec2([{ cpu: 128 }, { cpu: 1 }], { cpu: 129 }).pod).toEqual({ requests: { cpu: '126m' }, limits: { cpu: '126m' } })
})

describe('FARGATE', () => {
  test('caps as asked and reserves next to nothing', () => {
    expect(fargate([{ memory: 256 }, {}], { cpu: 1024, memory: 2048 })).toEqual({
      pod: { requests: { cpu: '15m', memory: '1Mi' }, limits: { cpu: '1000m', memory: '2048Mi' } },
      containers: [{ requests: { memory: '1Mi' }, limits: { memory: '256Mi' } }, {}],
    })
  })

  test('containers keep the proportion of their shares', () => {
    const { containers } = fargate([{ cpu: 768 }, { cpu: 256 }], { cpu: 1024, memory: 2048 })
    expect(containers.map(({ requests }) => requests?.['cpu'])).toEqual(['11m', '3m'])
  })
})

test('without pod-level resources the size of the task caps each container', () => {
  expect(fargate([{ memory: 256 }, {}], { cpu: 256, memory: 512 }, false)).toEqual({
    pod: undefined,
    containers: [
      { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '250m', memory: '256Mi' } },
      { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '250m', memory: '512Mi' } },
    ],
  })
})

test('what Kubernetes demands holds: requests within limits, containers within the pod', () => {
  const amount = (most: number) => fc.option(fc.integer({ min: 0, max: most }), { nil: undefined })
  const container = fc.record({ cpu: amount(1024), memory: fc.option(fc.integer({ min: 6, max: 1024 }), { nil: undefined }) })
  fc.assert(
    fc.property(fc.array(container, { minLength: 1, maxLength: 10 }), fc.constantFrom('EC2', 'FARGATE'), (containers, launchType) => {
      // As ECS checks a task definition: the containers' cpu fits the task.
      const cpu = Math.max(
        128,
        ...containers.map(each => each.cpu ?? 0),
        containers.reduce((total, each) => total + (each.cpu ?? 0), 0),
      )
      const memory = Math.max(
        1024,
        containers.reduce((total, each) => total + (each.memory ?? 0), 0),
      )
      const { pod, containers: each } = resourcesOf({ launchType, containers, cpu, memory }, { podLevel: true })
      const all = [...each, pod ?? {}]
      for (const key of ['cpu', 'memory']) {
        for (const one of all) expect(amountOf(one.requests, key) ?? 0).toBeLessThanOrEqual(amountOf(one.limits, key) ?? Infinity)
        const sum = each.reduce((total, one) => total + (amountOf(one.requests, key) ?? 0), 0)
        expect(sum).toBeLessThanOrEqual(amountOf(pod?.requests, key) ?? 0)
      }
    }),
  )
})

const amountOf = (quantities: ResourceRequirements['requests'], key: string): number | undefined => {
  const text = quantities?.[key]
  return text === undefined ? undefined : Number.parseInt(text, 10)
}

test('what a task may write to the disk is the limit of its first container, with nothing reserved', () => {
  const { containers } = resourcesOf(
    { launchType: 'FARGATE', ephemeralStorage: 30, containers: [{ name: 'a' }, { name: 'b' }] },
    { podLevel: true },
  )
  expect(containers).toEqual([{ requests: { 'ephemeral-storage': '0' }, limits: { 'ephemeral-storage': '30Gi' } }, {}])
})

test('GPUs are what the device plugin of nodes offers', () => {
  expect(ec2([{ memory: 64, resourceRequirements: [{ type: 'GPU', value: '2' }] }, {}]).containers).toEqual([
    { requests: { memory: '64Mi' }, limits: { memory: '64Mi', 'nvidia.com/gpu': '2' } },
    {},
  ])
})
