import { expect, test } from 'bun:test'
import { splitJson } from './aws/documents.ts'
import { covers } from './covers.ts'
import type { Present } from './kinds/kind.ts'
import { shortName } from './names.ts'
import { type There, inOrder, planImport } from './plan.ts'
import { reference } from './value.ts'
import { type Wanted, idTag, importTag } from './wanted.ts'

const nothing: There = {
  namespace: [],
  'discovery service': [],
  'capacity provider': [],
  cluster: [],
  'target group': [],
  'load balancer': [],
  listener: [],
  rule: [],
  'task definition': [],
  service: [],
  'scalable target': [],
}
const cluster: Wanted = { kind: 'cluster', id: 'c', name: 'demo', input: { clusterName: 'demo' } }
const definition: Wanted = {
  kind: 'task definition',
  id: 't',
  name: 'web',
  input: { family: 'web', containerDefinitions: [{ name: 'a', image: 'a:1' }] },
}
const service: Wanted = {
  kind: 'service',
  id: 's',
  name: 'demo/web',
  input: { serviceName: 'web', cluster: reference('c', 'name'), taskDefinition: reference('t'), desiredCount: 1 },
}
const present = (wanted: Wanted, members: object, attributes: Readonly<Record<string, string>> = {}, owner = 'shop'): Present => ({
  arn: `arn:${wanted.id}`,
  name: wanted.name,
  members: { ...members },
  attributes: { arn: `arn/${wanted.id}:1`, ...attributes },
  tags: { [importTag]: owner, [idTag]: wanted.id },
})
const actions = (wanted: readonly Wanted[], there: Partial<There>) =>
  planImport({ name: 'shop', instance: 'kecs' }, wanted, { ...nothing, ...there }).map(({ action, kind }) => `${action} ${kind}`)
const there = {
  cluster: [present(cluster, { clusterName: 'demo' }, { name: 'demo' })],
  'task definition': [present(definition, { family: 'web', containerDefinitions: [{ name: 'a', image: 'a:1', cpu: 0 }] })],
  service: [present(service, { serviceName: 'web', cluster: 'demo', taskDefinition: 't:1', desiredCount: 1, deployment: 'COMPLETED' })],
}

test('nothing is there: all is made, what others need first', () => {
  expect(actions([service, definition, cluster], {})).toEqual(['create cluster', 'create task definition', 'create service'])
})

test('all is there: nothing is done', () => {
  expect(actions([service, definition, cluster], there)).toEqual(['unchanged cluster', 'unchanged task definition', 'unchanged service'])
})

test('a changed task definition changes its service', () => {
  const image = { ...definition, input: { family: 'web', containerDefinitions: [{ name: 'a', image: 'a:2' }] } }
  expect(actions([service, image, cluster], there)).toEqual(['unchanged cluster', 'change task definition', 'change service'])
})

test('what no call changes is made anew, with what stands on it', () => {
  const renamed = { ...cluster, input: { clusterName: 'other' } }
  expect(actions([service, definition, renamed], there)).toEqual(['replace cluster', 'unchanged task definition', 'replace service'])
})

test('what is no longer wanted goes, services first; of other imports nothing', () => {
  expect(actions([], there)).toEqual(['delete service', 'delete task definition', 'delete cluster'])
  expect(actions([], { cluster: [present(cluster, {}, {}, 'other')] })).toEqual([])
})

test('a cluster of that name is used, a service is in the way', () => {
  const foreign = (wanted: Wanted, attributes = {}) => ({ ...present(wanted, {}, attributes), tags: {} })
  expect(actions([cluster], { cluster: [foreign(cluster, { name: 'demo' })] })).toEqual(['use cluster'])
  const clusters = { cluster: [foreign(cluster, { name: 'demo' })], service: [foreign(service)] }
  expect(() => actions([cluster, definition, service], clusters)).toThrow('There is a service demo/web already, which no import made.')
})

test('services wait for others, and not in a circle', () => {
  const named = (id: string, after: readonly string[]): Wanted => ({ kind: 'service', id, name: id, input: {}, after })
  expect(inOrder([named('a', ['b']), named('b', ['c']), named('c', [])]).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
  expect(() => inOrder([named('a', ['b']), named('b', ['a'])])).toThrow('a waits for b waits for a.')
})

test('what another one refers to is made before it, whatever its kind', () => {
  const job: Wanted = { ...definition, id: 'job', name: 'job' }
  const web: Wanted = {
    ...definition,
    input: { family: 'web', containerDefinitions: [{ name: 'a', environment: [{ name: 'JOB', value: reference('job') }] }] },
  }
  expect(inOrder([web, job]).map(({ id }) => id)).toEqual(['job', 't'])
})

test.each<[unknown, unknown, boolean]>([
  [{ a: [1], b: 2 }, { a: [1] }, true],
  [undefined, [], true],
  [[], undefined, true],
  [['x'], [], false],
  [['x'], null, false],
  [{ a: 1 }, { a: '1' }, false],
])('%j covers %j: %p', (found, wanted, expected) => {
  expect(covers(found, wanted)).toBe(expected)
})

test('documents behind one another', () => {
  expect(splitJson('{"a": "}{"}\n[1]\n{"b": {}}')).toEqual([{ a: '}{' }, [1], { b: {} }])
  expect(() => splitJson('{"a": 1')).toThrow(SyntaxError)
})

test('names fit', () => {
  expect(shortName(['shop', 'web', '80'], 32)).toBe('shop-web-80')
  const long = shortName(['a-very-long-project-name', 'a-service', '8080'], 32)
  expect(long).toMatch(/^a-very-long-project-name-[0-9a-f]{6}$/)
})
