import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { NetworkMode, PortMapping, TaskDefinition } from '../aws/generated/ecs.ts'
import { allocateHostPorts, TakenPorts } from './host-ports.ts'
import type { HostPorts } from './host-ports.ts'
import { portsOfRange } from './host-ports-range.ts'

const definition = (portMappings: readonly PortMapping[], networkMode: NetworkMode | undefined = 'bridge'): TaskDefinition => ({
  networkMode,
  containerDefinitions: [{ name: 'app', portMappings }],
})
const published = { first: 9000, last: 9002 }
const portsOf = (hostPorts: HostPorts | undefined) => hostPorts?.flatMap(each => each.networkBindings.map(({ hostPort }) => hostPort))

test('a dynamic port is a published one first, then one from 32768 on', () => {
  const taken = new TakenPorts()
  const given: unknown[] = []
  for (let count = 0; count < 5; count++) {
    const hostPorts = allocateHostPorts(definition([{ containerPort: 80, hostPort: 0, protocol: 'tcp' }]), taken, published)
    given.push(portsOf(hostPorts)?.[0])
    taken.take(hostPorts ?? [])
  }
  expect(given).toEqual([9000, 9001, 9002, 32768, 32769])
})

test('a binding says what DescribeTasks shows', () => {
  expect(allocateHostPorts(definition([{ containerPort: 80 }]), new TakenPorts(), undefined)).toEqual([
    { containerName: 'app', networkBindings: [{ bindIP: '0.0.0.0', containerPort: 80, hostPort: 32768, protocol: 'tcp' }] },
  ])
})

test('UDP ports are not published, and are counted apart from TCP ports', () => {
  const udp: PortMapping = { containerPort: 53, hostPort: 0, protocol: 'udp' }
  const fixed: PortMapping = { containerPort: 53, hostPort: 8053, protocol: 'udp' }
  expect(portsOf(allocateHostPorts(definition([udp]), new TakenPorts(), published))).toEqual([32768])
  expect(portsOf(allocateHostPorts(definition([fixed, { ...fixed, protocol: 'tcp' }]), new TakenPorts(), published))).toEqual([8053, 8053])
})

test('a fixed port is given as asked for, once', () => {
  const fixed = definition([{ containerPort: 80, hostPort: 8080 }])
  const taken = new TakenPorts()
  const first = allocateHostPorts(fixed, taken, published)
  expect(portsOf(first)).toEqual([8080])
  expect(allocateHostPorts(fixed, new TakenPorts(first === undefined ? [] : [first]), published)).toBeUndefined()
})

test("ECS' own ports and the door can not be had", () => {
  for (const hostPort of [22, 2375, 2376, 51678, 51679, 4566]) {
    expect(allocateHostPorts(definition([{ containerPort: 80, hostPort }]), new TakenPorts(), published)).toBeUndefined()
  }
})

test('a dynamic port leaves alone what a later mapping fixes', () => {
  const mappings: PortMapping[] = [{ containerPort: 80 }, { containerPort: 81, hostPort: 9000 }]
  expect(portsOf(allocateHostPorts(definition(mappings), new TakenPorts(), published))).toEqual([9001, 9000])
})

test('in network mode host the host ports are the container ports', () => {
  expect(portsOf(allocateHostPorts(definition([{ containerPort: 80 }], 'host'), new TakenPorts(), published))).toEqual([80])
})

test('tasks with an address of their own hold no host ports', () => {
  for (const networkMode of ['awsvpc', 'none'] as const) {
    expect(allocateHostPorts(definition([{ containerPort: 80, hostPort: 80 }], networkMode), new TakenPorts(), published)).toEqual([])
  }
})

test('a range of container ports gets as many host ports in a row', () => {
  expect(allocateHostPorts(definition([{ containerPortRange: '7000-7004' }]), new TakenPorts(), published)).toEqual([
    {
      containerName: 'app',
      networkBindings: [{ bindIP: '0.0.0.0', containerPortRange: '7000-7004', hostPortRange: '32768-32772', protocol: 'tcp' }],
    },
  ])
})

test('no port is left: nothing is allocated', () => {
  // Two of the 28232 ports are ECS' own.
  const whole = definition([{ containerPortRange: '1-18910' }, { containerPortRange: '1-9320' }])
  const taken = new TakenPorts()
  const all = allocateHostPorts(whole, taken, undefined)
  expect(all?.[0]?.networkBindings.map(({ hostPortRange }) => hostPortRange)).toEqual(['32768-51677', '51680-60999'])
  taken.take(all ?? [])
  expect(allocateHostPorts(definition([{ containerPort: 80 }]), taken, undefined)).toBeUndefined()
})

test('whatever is asked for, no two tasks hold the same port, and each mapping is served in its place', () => {
  const mapping: fc.Arbitrary<PortMapping> = fc.record(
    {
      containerPort: fc.integer({ min: 1, max: 65535 }),
      hostPort: fc.oneof(fc.constant(0), fc.integer({ min: 8995, max: 9005 })),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    },
    { requiredKeys: ['containerPort'] },
  )
  const range = fc
    .tuple(fc.integer({ min: 1, max: 60000 }), fc.integer({ min: 0, max: 40 }))
    .map(([first, more]): PortMapping => ({ containerPortRange: `${first}-${first + more}` }))
  const task = fc.array(fc.array(fc.oneof(mapping, range), { maxLength: 4 }), { maxLength: 3 })
  fc.assert(
    fc.property(fc.array(task, { maxLength: 8 }), tasks => {
      const taken = new TakenPorts()
      const held = new Set<string>()
      for (const containers of tasks) {
        const containerDefinitions = containers.map((portMappings, index) => ({ name: `c${index}`, portMappings }))
        const hostPorts = allocateHostPorts({ networkMode: 'bridge', containerDefinitions }, taken, published)
        if (hostPorts === undefined) continue
        taken.take(hostPorts)
        for (const { name, portMappings } of containerDefinitions) {
          const bindings = hostPorts.find(({ containerName }) => containerName === name)?.networkBindings ?? []
          expect(bindings).toHaveLength(portMappings.length)
          for (const [index, asked] of portMappings.entries()) {
            const binding = bindings[index] ?? {}
            expect(binding.protocol).toBe(asked.protocol ?? 'tcp')
            expect(binding.containerPort).toBe(asked.containerPort)
            if (asked.hostPort !== undefined && asked.hostPort !== 0) expect(binding.hostPort).toBe(asked.hostPort)
            const ports = binding.hostPortRange === undefined ? [binding.hostPort ?? 0] : portsOfRange(binding.hostPortRange)
            expect(ports).toHaveLength(asked.containerPortRange === undefined ? 1 : portsOfRange(asked.containerPortRange).length)
            for (const port of ports) {
              expect(port).toBeGreaterThan(0)
              const key = `${binding.protocol}/${port}`
              expect(held.has(key)).toBe(false)
              held.add(key)
            }
          }
        }
      }
    }),
    { numRuns: 200 },
  )
})
