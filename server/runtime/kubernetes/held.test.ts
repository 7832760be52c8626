import { expect, test } from 'bun:test'
import type { Pod } from '../../../shared/kube/index.ts'
import { firstImageOf, imagesAnnotation, imagesOf, isHeldImage, isToldAsHeld, letGo, stopped } from './held.ts'

const app = {
  name: 'App_1',
  image: 'web:1',
  dependsOn: [{ containerName: 'db', condition: 'HEALTHY' as const }],
  links: ['cache:c', 'db'],
}
const db = { name: 'db', image: 'postgres' }
const held = 'HELD BACK until db is healthy and cache is started'
const podWith = (images: Readonly<Record<string, string>>): Pod => ({
  metadata: { annotations: imagesOf([app, db]) },
  spec: { containers: Object.entries(images).map(([name, image]) => ({ name, image })) },
})
const [[appName = ''] = []] = Object.entries(JSON.parse(imagesOf([app, db])[imagesAnnotation] ?? '{}'))

test('a container that waits for others is created with a name that is no image’s', () => {
  expect(firstImageOf(app)).toBe(held)
  expect(firstImageOf(db)).toBe('postgres')
  expect(isHeldImage(held)).toBe(true)
  expect(imagesOf([app, db])).toEqual({ [imagesAnnotation]: `{"${appName}":"web:1"}` })
  expect(imagesOf([db])).toEqual({})
})

test('it is let go once, and not after it was stopped', () => {
  const names = ['App_1', 'db', 'nobody']
  expect(letGo(podWith({ [appName]: held, db: 'postgres' }), names)).toEqual([{ name: appName, image: 'web:1' }])
  expect(letGo(podWith({ [appName]: 'web:1', db: 'postgres' }), names)).toEqual([])
  expect(letGo(podWith({ [appName]: 'STOPPED before what it depends on', db: 'postgres' }), names)).toEqual([])
})

test('those that run are stopped once', () => {
  const change = [{ name: appName, image: 'STOPPED before what it depends on' }]
  expect(stopped(podWith({ [appName]: 'web:1', db: 'postgres' }), ['App_1'])).toEqual(change)
  expect(stopped(podWith({ [appName]: change[0]!.image, db: 'postgres' }), ['App_1'])).toEqual([])
  expect(stopped(podWith({ [appName]: held, db: 'postgres' }), ['App_1'])).toEqual([])
})

test('the kubelet’s word of a name that is none is not taken for a failure, also just after it got another', () => {
  const status = (image: string, message: string) => ({
    name: 'app',
    image,
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'InvalidImageName', message } },
  })
  const message = `Failed to apply default image tag "${held}": couldn't parse image name`
  expect(isToldAsHeld(status(held, message))).toBe(true)
  expect(isToldAsHeld(status('web:1', message))).toBe(true)
  expect(isToldAsHeld(status('Web', 'Failed to apply default image tag "Web": couldn\'t parse image name'))).toBe(false)
  expect(isToldAsHeld({ ...status('web:1', message), state: {} })).toBe(false)
})
