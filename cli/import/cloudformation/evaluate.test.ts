import { expect, test } from 'bun:test'
import { reference, resolved } from '../value.ts'
import { type Scope, evaluate } from './evaluate.ts'
import { ecsInput, taskDefinitionInput } from './properties.ts'
import { readYaml } from './read-yaml.ts'

// Functions of https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

const scope: Scope = {
  region: 'us-east-1',
  ref: name => ({ Text: 'text', List: ['a', 'b'], Lb: reference('Lb') })[name],
  attribute: (resource, attribute) => reference(resource, attribute),
  condition: name => name === 'Yes',
  mapping: () => ({ dev: { size: 3 } }),
  imported: name => `imported ${name}`,
}
const value = async (yaml: string): Promise<unknown> => evaluate(await readYaml(yaml), scope)

test.each([
  ['!Ref Text', 'text'],
  ['!Sub "x-${Text}-${!Kept}"', 'x-text-${Kept}'],
  ['!Sub ["${A}${Text}", {A: !Ref Text}]', 'texttext'],
  ['!Join ["-", [a, !Ref Text]]', 'a-text'],
  ['!Join ["-", !Ref List]', 'a-b'],
  ['!Select [1, !Ref List]', 'b'],
  ['!Select [0, !Split ["/", "x/y"]]', 'x'],
  ['!If [Yes, 1, 2]', 1],
  ['!If [No, 1, 2]', 2],
  ['!Equals [a, !Ref Text]', false],
  ['!And [!Condition Yes, !Not [!Condition No]]', true],
  ['!Or [!Condition No, !Equals [1, "1"]]', true],
  ['!FindInMap [Any, dev, size]', 3],
  ['!ImportValue out', 'imported out'],
  ['!Base64 a', 'YQ=='],
  ['{Fn::GetAZs: ""}', ['us-east-1a', 'us-east-1b', 'us-east-1c']],
  ['[1, !Ref "AWS::NoValue", !If [Yes, !Ref "AWS::NoValue", 3]]', [1]],
  ['{a: !Ref "AWS::NoValue", b: 1}', { b: 1 }],
])('%s', async (yaml, expected) => {
  expect(await value(yaml)).toEqual(expected)
})

test('what other resources give stays open', async () => {
  expect(JSON.stringify(await value('!Sub "http://${Lb.dnsName}/"'))).toBe('"http://(dnsName of Lb)/"')
  expect(JSON.stringify(await value('!GetAtt Lb.arn'))).toBe('"(arn of Lb)"')
  const piece = await value('!Join ["-", [a, !Select [1, !Split ["/", !Ref Lb]]]]')
  expect(resolved(piece, ({ id, attribute }) => `${id}/${attribute}/rest`)).toBe('a-arn')
  expect(value('!Split ["/", !Ref Lb]')).rejects.toThrow('Fn::Split cannot be carried out')
  expect(value('{Fn::Transform: {Name: x}}')).rejects.toThrow('Fn::Transform cannot be carried out here')
})

test('properties of ECS as its API has them', () => {
  const container = { Name: 'a', Cpu: '10', Essential: 'true', DockerLabels: { Team: 1 }, Environment: [{ Name: 'A', Value: 1 }] }
  expect(taskDefinitionInput({ Cpu: 256, ContainerDefinitions: [container] })).toEqual({
    cpu: '256',
    containerDefinitions: [{ name: 'a', cpu: 10, essential: true, dockerLabels: { Team: '1' }, environment: [{ name: 'A', value: '1' }] }],
  })
  expect(ecsInput({ EnableECSManagedTags: true, PlacementStrategies: [], EFSVolumeConfiguration: { FilesystemId: 'fs-1' } })).toEqual({
    enableECSManagedTags: true,
    placementStrategy: [],
    efsVolumeConfiguration: { fileSystemId: 'fs-1' },
  })
})
