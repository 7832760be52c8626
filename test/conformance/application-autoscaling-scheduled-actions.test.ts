// The operations of Application Auto Scaling on scheduled actions, driven by the AWS SDK as a user drives them.
import { describe, expect, test } from 'bun:test'
import {
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  type PutScheduledActionCommandInput,
} from '@aws-sdk/client-application-auto-scaling'
import { errorOf, scalingTests, words } from './application-autoscaling-harness.ts'

const { scaling, fleet, register } = scalingTests('scheduled-actions')

describe('scheduled actions', () => {
  const both = { MinCapacity: 1, MaxCapacity: 2 }
  test('are put, described, changed, deleted, and go with their target', async () => {
    const target = fleet('scheduled')
    await register(target)
    const put: PutScheduledActionCommandInput = {
      ...target,
      ScheduledActionName: 'morning',
      Schedule: 'cron(0 8 ? * MON-FRI *)',
      Timezone: 'Asia/Tokyo',
      StartTime: new Date('2035-01-01T00:00:00Z'),
      EndTime: new Date('2036-01-01T00:00:00Z'),
      ScalableTargetAction: both,
    }
    await scaling.send(new PutScheduledActionCommand(put))
    const input = { ServiceNamespace: 'ec2', ResourceId: target.ResourceId } as const
    const described = async () => (await scaling.send(new DescribeScheduledActionsCommand(input))).ScheduledActions
    const [made] = (await described()) ?? []
    expect(made).toMatchObject({ ...put })
    expect(made?.ScheduledActionARN).toMatch(
      new RegExp(
        `^arn:aws:autoscaling:us-east-1:\\d{12}:scheduledAction:[0-9a-f-]{36}:resource/ec2/${target.ResourceId}:scheduledActionName/morning$`,
      ),
    )
    const change = { ...target, ScheduledActionName: 'morning', Schedule: 'rate(2 hours)' }
    await scaling.send(new PutScheduledActionCommand(change))
    const [changed] = (await described()) ?? []
    // Times that are left out are taken away; the rest stays.
    const { StartTime: _start, EndTime: _end, ...kept } = made ?? {}
    expect(changed).toEqual({ ...kept, Schedule: 'rate(2 hours)' } as typeof changed)

    await scaling.send(new PutScheduledActionCommand({ ...put, ScheduledActionName: 'evening', Schedule: 'at(2035-01-01T00:00:00)' }))
    const first = await scaling.send(new DescribeScheduledActionsCommand({ ...input, MaxResults: 1 }))
    const second = await scaling.send(new DescribeScheduledActionsCommand({ ...input, MaxResults: 1, NextToken: first.NextToken }))
    expect([first, second].map(page => page.ScheduledActions?.map(action => action.ScheduledActionName))).toEqual([
      ['evening'],
      ['morning'],
    ])
    const named = await scaling.send(new DescribeScheduledActionsCommand({ ...input, ScheduledActionNames: ['evening'] }))
    expect(named.ScheduledActions).toHaveLength(1)

    await scaling.send(new DeleteScheduledActionCommand({ ...target, ScheduledActionName: 'evening' }))
    const error = await errorOf(scaling.send(new DeleteScheduledActionCommand({ ...target, ScheduledActionName: 'evening' })))
    expect([error.name, error.message]).toEqual([
      'ObjectNotFoundException',
      `No scheduled action found for ${words(target)}, scheduled action name: evening`,
    ])
    await scaling.send(new DeregisterScalableTargetCommand(target))
    expect(await described()).toEqual([])
  })

  const syntax = String.raw`Invalid schedule expression. Details: Schedule expressions must have the following syntax: rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`
  const refused: readonly (readonly [Partial<PutScheduledActionCommandInput>, string])[] = [
    [{ ScalableTargetAction: undefined }, 'ScalableTargetAction must be set'],
    [{ ScalableTargetAction: {} }, 'At least one of minimum capacity and maximum capacity should be provided'],
    [{ ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 1 } }, 'Maximum capacity cannot be less than minimum capacity'],
    [{ Timezone: 'JST' }, 'Invalid schedule timezone: JST'],
    [{ Schedule: '0 8 1 * ? *' }, syntax],
    [{ Schedule: 'rate(5 seconds)' }, syntax],
    [
      { Schedule: 'at(2035-01-01)' },
      'Invalid schedule expression. Details: Invalid schedule at DateTime expression: Invalid format: "2035-01-01" is too short',
    ],
    [{ StartTime: new Date('2035-01-01T00:00:01Z'), EndTime: new Date('2035-01-01T00:00:00Z') }, 'StartTime must be before EndTime'],
    [
      { ScheduledActionName: 'a:b' },
      String.raw`1 validation error detected: Value 'a:b' at 'scheduledActionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`,
    ],
  ]
  test('are refused in the words of AWS', async () => {
    const target = fleet('unscheduled')
    await register(target)
    const good = { ...target, ScheduledActionName: 'a', Schedule: 'rate(1 minute)', ScalableTargetAction: both }
    for (const [input, message] of refused) {
      const error = await errorOf(scaling.send(new PutScheduledActionCommand({ ...good, ...input })))
      expect([error.name, error.message]).toEqual(['ValidationException', message])
    }
    const missing = await errorOf(scaling.send(new PutScheduledActionCommand({ ...good, ...fleet('never') })))
    expect(missing.message).toBe(`No scalable target registered for ${words(fleet('never'))}`)
  })
})
