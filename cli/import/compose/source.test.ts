import { expect, test } from 'bun:test'
import { projectName } from '../names.ts'
import { recordOf, recordsOf } from '../wanted.ts'
import { composeSource } from './source.ts'

const importing = (services: Readonly<Record<string, object>>) =>
  composeSource(
    { services },
    {
      name: 'renamed',
      project: 'shop',
      place: {
        account: '000000000000',
        region: 'us-east-1',
        network: { vpc: 'vpc-1', subnets: ['subnet-1'], securityGroup: 'sg-1', isMadeUp: true, has: () => true },
      },
      outer: {},
      envFiles: new Map(),
      profiles: [],
    },
  )

// https://docs.docker.com/reference/compose-file/build/: an image without a name is called by its project and service.
test('a service that is built runs the image that Compose makes of it, whatever the import is called', () => {
  const { wanted, notes } = importing({ web: { build: '.' }, api: { build: { context: 'api' }, image: 'team/api:2' } })
  const images = wanted
    .filter(({ kind }) => kind === 'task definition')
    .flatMap(({ input }) => recordsOf(input['containerDefinitions']).map(container => recordOf(container)?.['image']))
  expect(images).toEqual(['shop-web', 'team/api:2'])
  expect(notes).toEqual([
    'web: `build` is not run: docker compose build web, and bring it in with kecs image load shop-web.',
    'api: `build` is not run: docker compose build api, and bring it in with kecs image load team/api:2.',
  ])
})

test('a service that has neither an image nor a build is refused', () => {
  expect(() => importing({ web: { command: 'true' } })).toThrow('web has neither an image nor a build.')
})

test.each([
  ['My Shop', 'myshop'],
  ['_a_b-c.d', 'a_b-cd'],
])('Compose calls the project of %s %s', (text, name) => {
  expect(projectName(text)).toBe(name)
})
