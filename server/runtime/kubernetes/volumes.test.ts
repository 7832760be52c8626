import { describe, expect, test } from 'bun:test'
import type { ContainerDefinition, Volume } from '../../aws/generated/ecs.ts'
import { volumesOf } from './volumes.ts'

const clusterArn = 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop'
const volumes = (containers: readonly ContainerDefinition[], more: readonly Volume[] = [], nodeDataDir: string | undefined = '/data') =>
  volumesOf({ clusterArn, containers, volumes: more }, { nodeDataDir })
const pathOf = (volume: Volume): string | undefined => volumes([], [volume]).volumes[0]?.hostPath?.path

describe('volumes that outlive their tasks', () => {
  test('are folders below the data folder, one for each thing that they stand for', () => {
    const shared = { name: 'db', dockerVolumeConfiguration: { scope: 'shared' as const, autoprovision: true } }
    expect(volumes([], [shared]).volumes).toEqual([
      { name: 'db', hostPath: { path: '/data/volumes/docker/123456789012/eu-west-1/shop/db', type: 'DirectoryOrCreate' } },
    ])
    const efs = (more: object = {}) => pathOf({ name: 'files', efsVolumeConfiguration: { fileSystemId: 'fs-12', ...more } })
    expect(efs()).toBe('/data/volumes/efs/123456789012/eu-west-1/fs-12')
    expect(efs({ rootDirectory: '/' })).toBe('/data/volumes/efs/123456789012/eu-west-1/fs-12')
    expect(efs({ rootDirectory: '/a//b/' })).toBe('/data/volumes/efs/123456789012/eu-west-1/fs-12/a/b')
    expect(efs({ rootDirectory: '/', authorizationConfig: { accessPointId: 'fsap-1' } })).toBe(
      '/data/volumes/efs/123456789012/eu-west-1/fs-12/.access-points/fsap-1',
    )
  })

  test('lead nowhere else', () => {
    const efs = (rootDirectory: string) => pathOf({ name: 'files', efsVolumeConfiguration: { fileSystemId: 'fs-12', rootDirectory } })
    expect(() => efs('/../../etc')).toThrow("'..' cannot be a folder's name (volume 'files').")
    expect(() => pathOf({ name: 'f', efsVolumeConfiguration: { fileSystemId: '../x' } })).toThrow("'../x' cannot be a folder's name")
  })

  test('need a data folder on the node', () => {
    const efs = { name: 'files', efsVolumeConfiguration: { fileSystemId: 'fs-12' } }
    expect(() => volumesOf({ clusterArn, containers: [], volumes: [efs] }, { nodeDataDir: undefined })).toThrow(
      "kecs keeps volume 'files' in its data folder on the node",
    )
  })

  test('are none that end with the task', () => {
    const own = [
      { name: 'a' },
      { name: 'b', host: {} },
      { name: 'c', dockerVolumeConfiguration: { scope: 'task' as const, driver: 'local' } },
    ]
    expect(volumes([], own).volumes.map(({ emptyDir }) => emptyDir)).toEqual([{}, {}, {}])
  })
})

describe('volumesFrom', () => {
  const app: ContainerDefinition = { name: 'app', mountPoints: [{ sourceVolume: 'one', containerPath: '/one' }] }
  const own = [{ name: 'one' }, { name: 'two' }]

  test('takes the mount points of another container, and of those that it takes them from', () => {
    const { mounts } = volumes(
      [
        app,
        {
          name: 'b',
          mountPoints: [{ sourceVolume: 'two', containerPath: '/two' }],
          volumesFrom: [{ sourceContainer: 'app', readOnly: true }],
        },
        { name: 'c', mountPoints: [{ sourceVolume: 'two', containerPath: '/one' }], volumesFrom: [{ sourceContainer: 'b' }] },
      ],
      own,
    )
    expect(mounts[1]).toEqual([
      { name: 'two', mountPath: '/two' },
      { name: 'one', mountPath: '/one', readOnly: true },
    ])
    expect(mounts[2]).toEqual([
      { name: 'two', mountPath: '/one' },
      { name: 'two', mountPath: '/two' },
    ])
  })

  test('refuses containers that are not there, and circles', () => {
    const from = (name: string, sourceContainer: string) => ({ name, volumesFrom: [{ sourceContainer }] })
    expect(() => volumes([from('app', 'ghost')])).toThrow("Invalid source container 'ghost' in volumesFrom (container 'app').")
    expect(() => volumes([from('app', 'app')])).toThrow('Invalid source container')
    expect(() => volumes([from('a', 'b'), from('b', 'a')])).toThrow('Invalid source container')
  })
})

test('tmpfs that is read only', () => {
  const { mounts } = volumes([
    { name: 'app', linuxParameters: { tmpfs: [{ containerPath: '/x', size: 1, mountOptions: ['ro', 'noexec'] }] } },
  ])
  expect(mounts[0]).toMatchObject([{ mountPath: '/x', readOnly: true }])
})
