import { expect, test } from 'bun:test'
import { Started } from './started.ts'

test('what was started stops in reverse order, once, and a failure does not keep the rest from it', async () => {
  const stopped: string[] = []
  const started = new Started()
  started.add('the store', () => void stopped.push('store'))
  started.add('the runtime', () => Promise.reject(new Error('away')))
  started.add('the API', async () => void stopped.push('API'))
  const stopping = started.stop()
  await expect(stopping).rejects.toThrow('the runtime did not stop')
  await expect(started.stop()).rejects.toThrow('the runtime did not stop')
  expect(stopped).toEqual(['API', 'store'])
})
