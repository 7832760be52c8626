import { expect, test } from 'bun:test'
import { compatibilitiesOf } from './compatibilities.ts'
import type { Draft } from './draft.ts'

const sized = { networkMode: 'awsvpc', cpu: '256', memory: '512' } as const

test.each<[Partial<Draft>, string[]]>([
  [{}, ['EXTERNAL', 'EC2']],
  [{ networkMode: 'none' }, ['EXTERNAL', 'EC2']],
  [{ networkMode: 'host' }, ['EXTERNAL', 'EC2']],
  [{ networkMode: 'awsvpc' }, ['EC2']],
  [sized, ['EC2', 'MANAGED_INSTANCES', 'FARGATE']],
  [{ ...sized, requiresCompatibilities: ['FARGATE'] }, ['EC2', 'MANAGED_INSTANCES', 'FARGATE']],
  // No such size on Fargate, or a setting that Fargate does not have.
  [{ ...sized, memory: '768' }, ['EC2', 'MANAGED_INSTANCES']],
  [{ ...sized, pidMode: 'host' }, ['EC2', 'MANAGED_INSTANCES']],
  [{ ...sized, ephemeralStorage: { sizeInGiB: 40 } }, ['MANAGED_INSTANCES', 'FARGATE']],
])('%j runs on %j', (draft, compatibilities) => {
  expect<unknown>(
    compatibilitiesOf({ family: 'web', containerDefinitions: [{ name: 'app', image: 'nginx', memory: 128 }], ...draft }),
  ).toEqual(compatibilities)
})
