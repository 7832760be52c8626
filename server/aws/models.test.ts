// The generated models, whole: everything that is compiled lazily compiles, and every operation can be reached.
import { describe, expect, test } from 'bun:test'
import * as applicationAutoScaling from './generated/application-autoscaling.ts'
import * as ecr from './generated/ecr.ts'
import * as ecs from './generated/ecs.ts'
import * as elbv2 from './generated/elbv2.ts'
import * as serviceDiscovery from './generated/servicediscovery.ts'
import { xmlWriter } from './protocols/query-xml.ts'
import type { ServiceModel } from './service.ts'
import { shapeOf, type Shape } from './shape.ts'
import { checkOf } from './validation/check.ts'
import { jsonReader } from './validation/read-json.ts'

/** The numbers of operations are those of the API references. */
const models: [ServiceModel, number][] = [
  [ecs.model, 88],
  [elbv2.model, 51],
  [serviceDiscovery.model, 30],
  [applicationAutoScaling.model, 14],
  // As the SDK has it: newer than the API reference.
  [ecr.model, 62],
]

describe.each(models)('%#', (model, count) => {
  test('every operation compiles', () => {
    for (const { input, output } of Object.values(model.operations)) {
      checkOf(shapeOf(input))
      jsonReader(shapeOf(input))
      xmlWriter(shapeOf(output))
    }
    expect(Object.keys(model.operations).length).toBe(count)
  })

  test('every pattern is understood in Unicode mode and takes an ordinary text or name', () => {
    const patterns = new Set<string>()
    const seen = new Set<Shape>()
    const visit = (shape: Shape): void => {
      if (seen.has(shape)) return
      seen.add(shape)
      if ('limits' in shape && shape.limits?.pattern) patterns.add(shape.limits.pattern)
      if (shape.kind === 'structure') for (const { shape: member } of shape.members) visit(member)
      if (shape.kind === 'list' || shape.kind === 'map') visit(shape.of)
    }
    for (const { input } of Object.values(model.operations)) visit(shapeOf(input))
    for (const pattern of patterns) expect(() => new RegExp(pattern.replaceAll(String.raw`\p{Print}`, '[ -~]'), 'u')).not.toThrow()
  })
})
