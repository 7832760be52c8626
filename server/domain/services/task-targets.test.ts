import { describe, expect, test } from 'bun:test'
import { aTask } from '../../../test/support/task-fixture.ts'
import type { TargetGroup } from '../../aws/generated/elbv2.ts'
import type { TargetGroupRow, TargetRow } from '../../store/elbv2-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { nodeMachineId } from '../container-instance.ts'
import { type TargetsAround, moveTargets } from './task-targets.ts'

const group = (TargetType: NonNullable<TargetGroup['TargetType']>, delay = '30'): TargetGroupRow => ({
  scope: 's',
  targetGroup: { TargetGroupArn: 'g', TargetGroupName: 'g', TargetType, HealthCheckEnabled: true, Protocol: 'HTTP' },
  attributes: { 'deregistration_delay.timeout_seconds': delay },
  tags: [],
})

const around = (more: Partial<TargetsAround> = {}): TargetsAround => ({
  group: () => group('ip'),
  isUsed: () => true,
  target: () => undefined,
  node: 'node-1',
  now: 5_000,
  ...more,
})

const entry = { targetGroupArn: 'g', containerName: 'app', containerPort: 8080 }
const task = (lastStatus: string, row: Partial<TaskRow> = {}): TaskRow => {
  const made = aTask(['app'])
  const containers = [{ name: 'app', networkInterfaces: [{ privateIpv4Address: '10.0.0.7' }] }]
  return {
    ...made,
    serviceArn: 'arn:aws:ecs:us-east-1:000000000000:service/default/web',
    loadBalancers: [entry],
    ...row,
    task: { ...made.task, containers, lastStatus, desiredStatus: 'RUNNING', startedBy: 'ecs-svc/1' },
  }
}

describe('a task that runs', () => {
  test('is registered by its own address and the port of its container', () => {
    const { row, registered, messages } = moveTargets(task('RUNNING'), around())
    const target = { Id: '10.0.0.7', Port: 8080 }
    expect(registered).toEqual([{ targetGroupArn: 'g', target, taskArn: row.task.taskArn, registeredAt: 5_000 }])
    expect(row.loadBalancers).toEqual([{ ...entry, target }])
    expect(messages).toEqual(['(service web) registered 1 targets in (target-group g)'])
    expect(moveTargets(row, around())).toMatchObject({ row, registered: [], messages: [] })
  })

  test('is registered by its machine and the host port, once both are known', () => {
    const networkBindings = [
      { containerPort: 9090, hostPort: 9001 },
      { containerPort: 8080, hostPort: 9002 },
    ]
    const bridge = task('RUNNING', { hostPorts: [{ containerName: 'app', networkBindings }] })
    const byInstance = { group: () => group('instance') }
    expect(moveTargets(bridge, around(byInstance)).registered.map(({ target }) => target)).toEqual([
      { Id: nodeMachineId('node-1'), Port: 9002 },
    ])
    expect(moveTargets(bridge, around({ ...byInstance, node: undefined })).row).toBe(bridge)
  })

  test('takes over what a user registered, as healthy as it is', () => {
    const existing: TargetRow = { targetGroupArn: 'g', target: { Id: '10.0.0.7', Port: 8080 }, registeredAt: 1_000 }
    expect(moveTargets(task('RUNNING'), around({ target: () => existing })).registered[0]).toMatchObject({ registeredAt: 1_000 })
    const draining = { ...existing, drainingUntil: 9_000 }
    expect(moveTargets(task('RUNNING'), around({ target: () => draining })).registered[0]).toMatchObject({ registeredAt: 5_000 })
  })

  test('at an address that another task had is registered anew, and that one leaves it alone', () => {
    const target = { Id: '10.0.0.7', Port: 8080 }
    const others: TargetRow = { targetGroupArn: 'g', target, taskArn: 'another', registeredAt: 1_000 }
    expect(moveTargets(task('RUNNING'), around({ target: () => others })).registered[0]).toMatchObject({ registeredAt: 5_000 })
    const former = task('STOPPED', { loadBalancers: [{ ...entry, target }] })
    const moves = moveTargets(former, around({ target: () => others }))
    expect([moves.draining, moves.gone]).toEqual([[], []])
    expect(moves.row.loadBalancers).toEqual([{ ...entry, target, deregistered: { at: 5_000, drainsUntil: 5_000 } }])
  })

  test('is not registered before, nor in a group that is gone', () => {
    for (const status of ['PROVISIONING', 'PENDING', 'ACTIVATING']) expect(moveTargets(task(status), around()).registered).toEqual([])
    expect(moveTargets(task('RUNNING'), around({ group: () => undefined })).registered).toEqual([])
  })
})

describe('a task on its way to its end', () => {
  const target = { Id: '10.0.0.7', Port: 8080 }
  const there: TargetRow = { targetGroupArn: 'g', target, registeredAt: 1_000 }
  const ending = task('DEACTIVATING', { loadBalancers: [{ ...entry, target }] })

  test('drains for as long as its group says', () => {
    const { row, draining, gone, messages } = moveTargets(ending, around({ target: () => there }))
    expect([draining, gone]).toEqual([[{ ...there, drainingUntil: 35_000 }], []])
    expect(row.loadBalancers).toEqual([{ ...entry, target, deregistered: { at: 5_000, drainsUntil: 35_000 } }])
    expect(messages).toEqual([
      '(service web) deregistered 1 targets in (target-group g)',
      '(service web, taskSet ecs-svc/1) has begun draining connections on 1 tasks.',
    ])
    expect(moveTargets(row, around({ target: () => there }))).toMatchObject({ row, draining: [], messages: [] })
  })

  test.each<[string, Partial<TargetsAround>]>([
    ['no load balancer uses the group', { isUsed: () => false }],
    ['the group is gone', { group: () => undefined }],
    ['the group has no delay', { group: () => group('ip', '0') }],
  ])('goes at once where %s', (_, facts) => {
    const { row, draining, gone } = moveTargets(ending, around({ target: () => there, ...facts }))
    expect([draining, gone]).toEqual([[], [there]])
    expect(row.loadBalancers?.[0]?.deregistered).toEqual({ at: 5_000, drainsUntil: 5_000 })
  })

  test('waits for no longer than what a user deregistered before', () => {
    const before = { ...there, drainingUntil: 7_000 }
    const { row, draining } = moveTargets(ending, around({ target: () => before }))
    expect(draining).toEqual([])
    expect(row.loadBalancers?.[0]?.deregistered).toEqual({ at: 5_000, drainsUntil: 7_000 })
  })

  test('has nothing to deregister where it never ran', () => {
    const never = task('STOPPED')
    expect(moveTargets(never, around()).row).toBe(never)
  })
})
