import { describe, expect, test } from 'bun:test'
import type { DeploymentStrategy } from '../../aws/generated/ecs.ts'
import type { ServiceDeploymentRow, StageProgress } from '../../store/service-tables.ts'
import { sharesOf } from './shift.ts'

const revision = (digits: string): string => `arn:aws:ecs:us-east-1:000000000000:service-revision/c/web/${digits}`
const blue = { address: 'blue:80', deployment: '1' }
const green = { address: 'green:80', deployment: '2' }
const former = { address: 'former:80', deployment: '0' }

/** A deployment of revision 2 in the place of revision 1. */
const deployment = (progress: Partial<StageProgress> | undefined, strategy: DeploymentStrategy = 'BLUE_GREEN'): ServiceDeploymentRow => ({
  ...(progress === undefined
    ? {}
    : {
        progress: {
          stage: 'SCALE_UP',
          since: 0,
          hooks: [],
          step: 0,
          production: 0,
          test: 0,
          sourceRevisionArn: revision('1'),
          ...progress,
        },
      }),
  serviceDeployment: {
    serviceDeploymentArn: 'd',
    serviceArn: 's',
    clusterArn: 'c',
    status: 'IN_PROGRESS',
    createdAt: 0,
    targetServiceRevision: { arn: revision('2') },
    deploymentConfiguration: { strategy },
  },
})

describe('behind an endpoint', () => {
  test('all tasks serve alike in a rolling deployment, and where there is none', () => {
    const all = { servers: ['blue:80', 'green:80'] }
    expect(sharesOf([blue, green], undefined)).toEqual(all)
    expect(sharesOf([blue, green], deployment(undefined, 'ROLLING'))).toEqual(all)
    expect(sharesOf([blue, green], deployment({ production: 100 }, 'ROLLING'))).toEqual(all)
  })

  test('a green task gets its percent alone, tests before it has any', () => {
    const at = (progress: Partial<StageProgress>) => sharesOf([former, blue, green], deployment(progress))
    expect(at({})).toEqual({ servers: ['blue:80'], shift: { servers: ['green:80'], production: 0, isTested: false } })
    expect(at({ test: 100 }).shift).toEqual({ servers: ['green:80'], production: 0, isTested: true })
    expect(at({ test: 100, production: 12.5 }).shift?.production).toBe(12.5)
  })

  test('it is as before when the deployment is over, either way', () => {
    expect(sharesOf([green], deployment({ production: 100, test: 100 }))).toEqual({ servers: ['green:80'] })
    expect(sharesOf([blue], deployment({ isRollback: true }))).toEqual({
      servers: ['blue:80'],
      shift: { servers: [], production: 0, isTested: false },
    })
  })

  test('whoever is left serves where the source has nobody', () => {
    expect(sharesOf([former, green], deployment({})).servers).toEqual(['former:80'])
  })
})
