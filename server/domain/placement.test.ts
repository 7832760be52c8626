import { describe, expect, test } from 'bun:test'
import type { PlacementConstraint, PlacementStrategy } from '../aws/generated/ecs.ts'
import { aNode } from '../../test/support/runtime-nodes.ts'
import { definitionRow, taskRow } from '../../test/support/task-rows.ts'
import type { TaskRow } from '../store/tables.ts'
import { type Machine, Placer } from './placement.ts'

const task = (group = 'service:web', cpu = '256', memory = '512'): TaskRow => {
  const row = taskRow(definitionRow())
  return { ...row, task: { ...row.task, group, cpu, memory, launchType: 'EC2' } }
}
const machine = (name: string, zone: string, tasks: readonly TaskRow[] = []): Machine => ({
  node: aNode(name, { cpu: 2048, memory: 4096 }),
  attributes: [
    { name: 'ecs.availability-zone', value: zone },
    { name: 'stack', value: name === 'c' ? 'prod' : 'test' },
  ],
  tasks,
})
/** Where tasks go, one after the other: names of nodes, or why there was none. */
const placed = (
  count: number,
  rules: {
    readonly constraints?: readonly PlacementConstraint[]
    readonly strategy?: readonly PlacementStrategy[]
    readonly areSomeDraining?: boolean
  },
  machines = [machine('a', 'z1'), machine('b', 'z1'), machine('c', 'z2')],
): string[] => {
  const placer = new Placer(machines, { constraints: [], strategy: [], areSomeDraining: false, ...rules }, () => 0.99)
  return Array.from({ length: count }, () => {
    const answer = placer.place(task())
    return 'failure' in answer ? answer.failure : (answer.nodeName ?? 'anywhere')
  })
}

describe('a task', () => {
  test('that nothing is said of is left to Kubernetes', () => expect(placed(1, {})).toEqual(['anywhere']))

  test('keeps off machines that are being drained', () =>
    expect(placed(2, { areSomeDraining: true }, [machine('b', 'z1')])).toEqual(['b', 'b']))

  test('finds none where all are being drained', () => expect(placed(1, { areSomeDraining: true }, [])).toEqual(['NO ACTIVE INSTANCES']))

  test('distinctInstance: one of its group on each machine', () =>
    expect(placed(4, { constraints: [{ type: 'distinctInstance' }] })).toEqual([
      'a',
      'b',
      'c',
      'DistinctInstance placement constraint unsatisfied.',
    ]))

  test.each([
    ['attribute:stack == prod', 'c'],
    ['attribute:ecs.availability-zone in [z2, z3]', 'c'],
    ['attribute:stack == none', 'MemberOf placement constraint unsatisfied.'],
    ['attribute:stack ==', 'MemberOf placement constraint unsatisfied.'],
  ])('memberOf %s', (expression, where) => expect(placed(1, { constraints: [{ type: 'memberOf', expression }] })).toEqual([where]))

  test('spread over zones, then over machines', () => {
    const strategy: PlacementStrategy[] = [
      { type: 'spread', field: 'attribute:ecs.availability-zone' },
      { type: 'spread', field: 'instanceId' },
    ]
    expect(placed(4, { strategy })).toEqual(['a', 'c', 'b', 'c'])
  })

  test('binpack: the fullest machine that has room, of the field', () => {
    const machines = [
      machine('a', 'z1'),
      machine('b', 'z1', [task('other', '1024', '1024')]),
      machine('c', 'z2', [task('other', '2048', '512')]),
    ]
    expect(placed(5, { strategy: [{ type: 'binpack', field: 'cpu' }] }, machines)).toEqual(['b', 'b', 'b', 'b', 'a'])
    expect(placed(1, { strategy: [{ type: 'binpack', field: 'memory' }] }, machines)).toEqual(['b'])
  })

  test('random: any', () => expect(placed(1, { strategy: [{ type: 'random' }] })).toEqual(['c']))
})
