// Every error that the models list is provoked by a test, or it is said here why it cannot arise; every operation is driven
// by the AWS SDK.
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { model as autoscaling } from '../server/aws/generated/application-autoscaling.ts'
import { model as ecs } from '../server/aws/generated/ecs.ts'
import { model as elbv2 } from '../server/aws/generated/elbv2.ts'
import { model as discovery } from '../server/aws/generated/servicediscovery.ts'
import type { ServiceModel } from '../server/aws/service.ts'

const root = join(import.meta.dir, '..')
const textsOf = (...globs: readonly string[]): readonly string[] =>
  globs.flatMap(glob => [...new Bun.Glob(glob).scanSync({ cwd: root })].map(file => readFileSync(join(root, file), 'utf8')))
const conformance = textsOf('test/conformance/**/*.test.ts')
const tests = [...conformance, ...textsOf('server/**/*.test.ts', 'test/conformance/**/*.{py,sh}', 'test/cluster/*.test.ts')]
const sources = (folder: string): readonly string[] =>
  [`server/services/${folder}/**/*.ts`, `server/domain/**/*.ts`].flatMap(glob =>
    [...new Bun.Glob(glob).scanSync({ cwd: root })]
      .filter(file => !file.endsWith('.test.ts'))
      .map(file => readFileSync(join(root, file), 'utf8')),
  )

const noPolicies = 'there are no policies: a caller is its account’s root'
const noBreakdown = 'it stands for a breakdown; any is answered so (server/http/api.test.ts)'
const atOnce = 'changes are over when the call is: none is in progress'

/** By service: what cannot arise here, and why. */
const cannotArise: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ecs: {
    AccessDeniedException: noPolicies,
    BlockedException: 'no account is suspended',
    LimitExceededException: 'AWS’ quotas of what is registered are not met by a machine’s memory',
    UpdateInProgressException: atOnce,
  },
  elbv2: {
    AvailabilityZoneNotSupportedException: 'every zone takes load balancers',
    CapacityReservationPendingException: 'capacity is reserved at once',
    HealthUnavailableException: 'health is in the state that answers',
    InsufficientCapacityException: 'capacity is kept only: there is always enough',
    InvalidRevocationContentException: 'revocation lists are not read',
    InvalidSchemeException: 'the two schemes are an enumeration, whose violation is a ValidationError',
    PriorRequestNotCompleteException: atOnce,
    TooManyTrustStoreRevocationEntriesException: 'entries of revocation lists are not counted',
    UnsupportedProtocolException: 'protocols are an enumeration; what does not go together is IncompatibleProtocols or a ValidationError',
  },
  servicediscovery: {
    RequestLimitExceeded: 'calls are not throttled',
  },
  'application-autoscaling': {
    ConcurrentUpdateException: atOnce,
    FailedResourceAccessException: 'alarms and metrics are not asked with a role of the service',
    InternalServiceException: noBreakdown,
  },
}

const services: readonly (readonly [folder: string, model: ServiceModel])[] = [
  ['ecs', ecs],
  ['elbv2', elbv2],
  ['servicediscovery', discovery],
  ['application-autoscaling', autoscaling],
]

/** The SDKs' base classes are in their models, and on no wire. */
const isBase = (name: string): boolean =>
  /^(ECS|ElasticLoadBalancingV2|ServiceDiscovery|ApplicationAutoScaling)ServiceException$/.test(name)

describe.each(services)('%s', (folder, model) => {
  const errors = [...new Set(Object.values(model.operations).flatMap(operation => operation.errors))].filter(name => !isBase(name))
  const excused = cannotArise[folder] ?? {}

  test('every operation is driven by the AWS SDK', () => {
    expect(Object.keys(model.operations).filter(name => !conformance.some(text => text.includes(`${name}Command`)))).toEqual([])
  })

  test('every error is provoked, or cannot arise', () => {
    const isProvoked = (name: string): boolean => {
      const names = new RegExp(`\\b(${name}|${model.errors[name]?.code ?? name})\\b`)
      return tests.some(text => names.test(text))
    }
    expect(errors.filter(name => !isProvoked(name) && excused[name] === undefined)).toEqual([])
  })

  test('what is said to be impossible is nowhere thrown, and in the model', () => {
    const code = sources(folder)
    expect(Object.keys(excused).filter(name => code.some(text => text.includes(`'${name}'`)))).toEqual([])
    expect(Object.keys(excused).filter(name => !errors.includes(name))).toEqual([])
  })
})
