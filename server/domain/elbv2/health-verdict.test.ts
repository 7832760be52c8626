import { describe, expect, test } from 'bun:test'
import type { TargetGroup } from '../../aws/generated/elbv2.ts'
import type { ProbeOutcome } from '../../probing/prober.ts'
import { failureOf, initialStanding, standingAfter } from './health-verdict.ts'

const application: TargetGroup = { TargetType: 'ip', Protocol: 'HTTP', Matcher: { HttpCode: '200,301-302' } }
const grpc: TargetGroup = { ...application, ProtocolVersion: 'GRPC', Matcher: { GrpcCode: '0-1,12' } }
const network: TargetGroup = { TargetType: 'ip', Protocol: 'TCP', Matcher: { HttpCode: '200-399' } }
const answered = (code: number): ProbeOutcome => ({ is: 'answered', code })

describe('a check', () => {
  test.each<[ProbeOutcome, TargetGroup]>([
    [answered(200), application],
    [answered(301), application],
    [answered(302), application],
    [answered(0), grpc],
    [answered(12), grpc],
    [answered(399), network],
    [{ is: 'connected' }, network],
  ])('%j succeeds', (outcome, group) => expect(failureOf(outcome, group)).toBeUndefined())

  // The reasons and their descriptions are those of the API's TargetHealth.
  test.each<[ProbeOutcome, TargetGroup, string, string]>([
    [answered(404), application, 'Target.ResponseCodeMismatch', 'Health checks failed with these codes: [404]'],
    [answered(201), application, 'Target.ResponseCodeMismatch', 'Health checks failed with these codes: [201]'],
    [answered(2), grpc, 'Target.ResponseCodeMismatch', 'Health checks failed with these codes: [2]'],
    [{ is: 'timedOut' }, application, 'Target.Timeout', 'Request timed out'],
    [{ is: 'failed', why: 'refused' }, application, 'Target.FailedHealthChecks', 'Health checks failed'],
    // The others apply to application and gateway load balancers only.
    [answered(404), network, 'Target.FailedHealthChecks', 'Health checks failed'],
    [{ is: 'timedOut' }, network, 'Target.FailedHealthChecks', 'Health checks failed'],
  ])('%j of %j fails', (outcome, group, reason, description) => {
    expect(failureOf(outcome, group)).toMatchObject({ reason, description })
  })
})

describe('a target', () => {
  const group: TargetGroup = { ...application, HealthyThresholdCount: 3, UnhealthyThresholdCount: 2 }
  /** `+` a success, `-` a failure, `~` a failure that does not count. */
  const states = (checks: string): (string | undefined)[] => {
    let standing = initialStanding
    return checks.split('').map(check => {
      standing = standingAfter(standing, check === '+' ? undefined : failureOf(answered(500), group), group, check !== '~')
      return standing.found.state
    })
  }

  test('is healthy with its first success', () => expect(states('+')).toEqual(['healthy']))

  test('is initial until it fails as often as the unhealthy threshold says', () => {
    expect(states('--')).toEqual(['initial', 'unhealthy'])
    expect(states('~~~-~+')).toEqual(['initial', 'initial', 'initial', 'initial', 'initial', 'healthy'])
  })

  test('turns with checks of one outcome in a row', () => {
    expect(states('+-+-+--')).toEqual(['healthy', 'healthy', 'healthy', 'healthy', 'healthy', 'healthy', 'unhealthy'])
    expect(states('--++-+++')).toEqual(['initial', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'healthy'])
  })

  test('tells the newest reason', () => {
    const failing = ['-', '-'].reduce(standing => standingAfter(standing, failureOf(answered(500), group), group), initialStanding)
    expect(standingAfter(failing, failureOf({ is: 'timedOut' }, group), group).found).toEqual({
      state: 'unhealthy',
      reason: 'Target.Timeout',
      description: 'Request timed out',
    })
  })
})
