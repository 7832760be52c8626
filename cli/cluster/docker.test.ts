import { describe, expect, test } from 'bun:test'
import { parseContainer, parsePublished } from './docker.ts'
import { knownFailure, portInText, unkillable } from './docker-errors.ts'
import { fullImageName } from './image-name.ts'
import { portTakenError } from './ports.ts'

describe('what Docker prints', () => {
  test('published ports, ranges and both address families', () => {
    const text =
      'web\t0.0.0.0:8080->80/tcp, :::8080->80/tcp\nkecs-control-plane\t127.0.0.1:9000-9002->9000-9002/tcp, 127.0.0.1:6550->6443/tcp\nidle\t\nredis\t6379/tcp\n'
    expect([...parsePublished(text)]).toEqual([
      [8080, 'web'],
      [9000, 'kecs-control-plane'],
      [9001, 'kecs-control-plane'],
      [9002, 'kecs-control-plane'],
      [6550, 'kecs-control-plane'],
    ])
  })

  test('a container, and none', () => {
    const text = JSON.stringify([
      {
        Id: 'abc',
        State: { Running: true },
        Config: { Labels: { app: 'k3d' } },
        Mounts: [{ Destination: '/data', Source: '/home/a/.kecs/kecs/data' }],
      },
    ])
    expect(parseContainer(text)).toEqual({
      id: 'abc',
      running: true,
      labels: { app: 'k3d' },
      mounts: { '/data': '/home/a/.kecs/kecs/data' },
    })
    expect(parseContainer('[]\n')).toBeUndefined()
    expect(parseContainer('')).toBeUndefined()
  })
})

describe('what goes wrong', () => {
  // The messages are those that Docker 20.10 gave through k3d 5.8.3, but the last: Docker Desktop's.
  test.each([
    [
      'driver failed programming external connectivity on endpoint k3d-kecs-serverlb (8f): Bind for 0.0.0.0:4566 failed: port is already allocated',
      4566,
    ],
    ['Error starting userland proxy: listen tcp4 0.0.0.0:4567: bind: address already in use', 4567],
    ['failed to bind host port for 127.0.0.1:6550:172.18.0.2:6443/tcp: address already in use', 6550],
    [
      'Ports are not available: exposing port TCP 127.0.0.1:9001 -> 0.0.0.0:0: listen tcp 127.0.0.1:9001: bind: address already in use',
      9001,
    ],
    ['Node k3d-kecs-server-0 failed to get ready', undefined],
  ])('%s', (text, port) => {
    expect(portInText(text)).toBe(port)
  })

  test.each([
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?', /not running/],
    ['permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock', /may not use it/],
    ['write /var/lib/docker/tmp/x: no space left on device', /disk .* is full/],
    [
      "docker failed to pull image 'docker.io/rancher/k3s:v1.34.4-k3s1': dial tcp: lookup registry-1.docker.io",
      /image docker.io\/rancher\/k3s:v1.34.4-k3s1 is not here/,
    ],
    ['Bind for 0.0.0.0:4566 failed: port is already allocated', /^Port 4566 is taken/],
  ])('%s has its own message and remedy', (text, message) => {
    const error = knownFailure(text)
    expect(error?.message).toMatch(message)
    expect(error?.remedy).not.toBe('')
  })

  test('what nobody knows is not explained', () => {
    expect(knownFailure('something else went wrong')).toBeUndefined()
  })

  // Of Docker 20.10, seen with a frozen process, and of moby's sources since 25.
  test.each([
    'Error response from daemon: Could not kill running container 9ac9d46b, cannot remove - tried to kill container, but did not receive an exit event',
    'Error response from daemon: cannot remove container "node": could not kill container: tried to kill container, but did not receive an exit event',
    'Error response from daemon: cannot stop container: node: tried to kill container, but did not receive an exit event',
  ])('a container that does not end is named, with what to do: %s', text => {
    const error = unkillable(['node'], text)
    expect(error?.message).toContain('Docker cannot end the container node')
    expect(error?.remedy).toContain("$(docker inspect -f '{{.Id}}' node)")
    expect(unkillable(['node'], 'Error response from daemon: No such container: node')).toBeUndefined()
  })

  test('a taken port says by whom and which flag chooses another', () => {
    const error = portTakenError([{ port: 4566, what: 'door', holder: 'the container localstack' }])
    expect(error.message).toBe('Port 4566 (the AWS endpoint) is taken by the container localstack.')
    expect(error.remedy).toBe('Stop what holds it, or choose another with --port.')
  })

  test('the default instance, whose ports are never evaded, is offered one beside it', () => {
    const taken = [{ port: 4566, what: 'door' as const }]
    expect(portTakenError(taken, 'kecs').remedy).toContain('kecs up --name NAME')
    expect(portTakenError(taken, 'staging').remedy).not.toContain('--name')
  })

  test('ports that one container holds are told together, with the flags for all of them', () => {
    const holder = 'the container web'
    const error = portTakenError([
      { port: 4566, what: 'door' },
      ...[9000, 9001, 9002].map(port => ({ port, what: 'published' as const, holder })),
      { port: 9004, what: 'published', holder },
      { port: 9020, what: 'listener', holder: 'program node (pid 4711)' },
    ])
    expect(error.message).toBe(
      'Port 4566 (the AWS endpoint) is taken; ports 9000-9002 and port 9004 are taken by the container web; port 9020 is taken by program node (pid 4711).',
    )
    expect(error.remedy).toBe('Stop what holds them, or choose others with --port, --publish and --listeners.')
  })
})

test.each([
  ['traefik:v3.6.12', 'docker.io/library/traefik:v3.6.12'],
  ['localstack/localstack', 'docker.io/localstack/localstack:latest'],
  ['ghcr.io/nandemo-ya/kecs-control-plane:0.1.0', 'ghcr.io/nandemo-ya/kecs-control-plane:0.1.0'],
  ['localhost/app', 'localhost/app:latest'],
  ['registry.local:5000/app', 'registry.local:5000/app:latest'],
  ['nginx@sha256:00', 'docker.io/library/nginx@sha256:00'],
])('the full name of %s', (name, full) => {
  expect(fullImageName(name)).toBe(full)
})
