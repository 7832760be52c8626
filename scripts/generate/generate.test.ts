import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeConstraints } from './constraints/constraint.ts'
import { readModel } from './model.ts'
import { sources } from './sources.ts'
import { writeService } from './write.ts'

const generated = join(import.meta.dir, '../../server/aws/generated')

describe.each(sources.map(source => [source.name, source] as const))('%s', (name, source) => {
  const model = readModel(source.packageName)
  test('the committed file is what the generator writes', () => {
    expect(writeService(model, source) === readFileSync(join(generated, `${name}.ts`), 'utf8')).toBe(true)
  })
  test('a constraint for what the model does not have fails the generation', () => {
    const limits = [{ shape: 'Gone', maxLength: 1, members: ['Gone.member'] }]
    expect(() => writeService(model, { ...source, constraints: { doubles: [], longs: [], limits } })).toThrow('Gone.member')
  })
})

test('numbers are whole unless the constraints say otherwise', () => {
  const placed = placeConstraints({ doubles: ['A.d'], longs: ['A.l'], limits: [] })
  expect(['A.d', 'A.l', 'A.i'].map(place => placed.numberAt(place))).toEqual(['double', 'long', 'integer'])
  expect(placed.unused()).toEqual([])
})
