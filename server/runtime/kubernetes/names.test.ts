import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { dnsLabelOf, labelValueOf, podNameOf } from './names.ts'

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
/** Names as ECS allows them: up to 255 letters, digits, hyphens and underscores. */
const ecsName = fc.stringMatching(/^[A-Za-z0-9_-]{1,255}$/)

test('names that are DNS labels stay as they are', () => {
  expect(dnsLabelOf('web')).toBe('web')
  expect(dnsLabelOf('side-car-1')).toBe('side-car-1')
})

test('any name becomes a DNS label, always the same', () => {
  fc.assert(
    fc.property(ecsName, name => {
      const made = dnsLabelOf(name)
      expect(made).toMatch(label)
      expect(made.length).toBeLessThanOrEqual(63)
      expect(dnsLabelOf(name)).toBe(made)
    }),
  )
})

test('names that differ stay different', () => {
  expect(new Set(['web_1', 'web-1', 'Web-1', 'WEB_1', '___', '_', '-', 'a'.repeat(64), 'a'.repeat(65)].map(dnsLabelOf)).size).toBe(9)
})

test('a pod is named after family and task', () => {
  const id = '0123456789abcdef0123456789abcdef'
  expect(podNameOf('Web_Frontend', id)).toBe(`web-frontend-${id}`)
  expect(podNameOf('a-very-long-family-name-indeed', id)).toBe(`a-very-long-family-n-${id}`)
  expect(podNameOf('___', id)).toBe(`task-${id}`)
  expect(podNameOf('abcdefghijklmnopqrs-tuv', id)).toBe(`abcdefghijklmnopqrs-${id}`)
})

test('any name becomes a label value', () => {
  fc.assert(
    fc.property(ecsName, name => {
      const value = labelValueOf(name)
      expect(value).toMatch(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/)
      expect(value.length).toBeLessThanOrEqual(63)
    }),
  )
})
