import { describe, expect, test } from 'bun:test'
import { type DriverQuestion, type Surroundings, chooseDriver } from './choose.ts'

const machine = (docker: boolean, ...tools: string[]): Surroundings => ({
  docker: () => Promise.resolve(docker),
  tool: name => Promise.resolve(tools.includes(name) ? `/bin/${name}` : undefined),
})
const question = (parts: Partial<DriverQuestion> = {}): DriverQuestion => ({
  asked: undefined,
  remembered: undefined,
  isCi: false,
  ...parts,
})

describe('nobody asked', () => {
  test('k3d goes before kind', async () => {
    expect(await chooseDriver(question(), machine(true, 'k3d', 'kind'))).toEqual({ driver: 'k3d', program: '/bin/k3d' })
  })
  test('kind is taken where k3d is missing', async () => {
    expect(await chooseDriver(question(), machine(true, 'kind'))).toEqual({ driver: 'kind', program: '/bin/kind' })
  })
  test('k3d is fetched where neither is there', async () => {
    expect(await chooseDriver(question(), machine(true))).toEqual({ driver: 'k3d', fetch: 'k3d' })
  })
  test('without Docker tasks are simulated, and that must be said', async () => {
    expect(await chooseDriver(question(), machine(false, 'k3d'))).toEqual({ driver: 'simulated', isFallback: true })
  })
  test('without Docker a build server gets an error that says both ways out', () => {
    expect(chooseDriver(question({ isCi: true }), machine(false))).rejects.toMatchObject({
      message: expect.stringContaining('Docker does not answer'),
      remedy: expect.stringMatching(/Install Docker[^]*--driver simulated/),
    })
  })
})

describe('somebody asked', () => {
  test('what was asked for goes before what is remembered', async () => {
    expect(await chooseDriver(question({ asked: 'kind', remembered: 'k3d' }), machine(true, 'k3d', 'kind'))).toMatchObject({
      driver: 'kind',
    })
  })
  test('what is remembered goes before what is there', async () => {
    expect(await chooseDriver(question({ remembered: 'kind' }), machine(true, 'k3d', 'kind'))).toMatchObject({ driver: 'kind' })
  })
  test('a missing tool is fetched', async () => {
    expect(await chooseDriver(question({ asked: 'kind' }), machine(true, 'k3d'))).toEqual({ driver: 'kind', fetch: 'kind' })
  })
  test.each(['simulated', 'context'] as const)('%s needs nothing, on a build server too', async driver => {
    expect(await chooseDriver(question({ asked: driver, isCi: true }), machine(false))).toEqual({ driver })
  })
})
