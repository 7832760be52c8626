import { expect, test } from 'bun:test'
import { adjustmentOf } from './adjustments.ts'

test('what a pod has a place for needs nothing', () => {
  const linuxParameters = { sharedMemorySize: 16, initProcessEnabled: true, capabilities: { add: ['SYS_PTRACE'] } }
  expect(adjustmentOf({ name: 'app', linuxParameters }, 'EC2')).toBeUndefined()
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
test('ulimits are the kernel’s, and a container on Fargate has 65535 open files unless it says otherwise', () => {
  const ulimits = [
    { name: 'nofile' as const, softLimit: 1024, hardLimit: 4096 },
    { name: 'memlock' as const, softLimit: -1, hardLimit: -1 },
  ]
  const limits = [
    { type: 'RLIMIT_NOFILE', soft: 1024, hard: 4096 },
    { type: 'RLIMIT_MEMLOCK', soft: -1, hard: -1 },
  ]
  expect(adjustmentOf({ ulimits }, 'EC2')).toEqual({ isRequired: true, limits, devices: [], tmpfs: [] })
  expect(adjustmentOf({ ulimits }, 'FARGATE')).toEqual({ isRequired: true, limits, devices: [], tmpfs: [] })
  expect(adjustmentOf({}, 'FARGATE')).toEqual({
    isRequired: false,
    limits: [{ type: 'RLIMIT_NOFILE', soft: 65_535, hard: 65_535, isDefault: true }],
    devices: [],
    tmpfs: [],
  })
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Device.html
test('a device is where it is on the host and may be used in every way, unless its definition says otherwise', () => {
  const devices = [{ hostPath: '/dev/fuse' }, { hostPath: '/dev/kmsg', containerPath: '/dev/log', permissions: ['write', 'read'] as const }]
  expect(adjustmentOf({ linuxParameters: { devices } }, 'EC2')).toEqual({
    isRequired: true,
    limits: [],
    devices: [
      { hostPath: '/dev/fuse', containerPath: '/dev/fuse', access: 'rwm' },
      { hostPath: '/dev/kmsg', containerPath: '/dev/log', access: 'rw' },
    ],
    tmpfs: [],
  })
})

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-swap.html
test('swap is in MiB; without any a container may run as it is', () => {
  const of = (maxSwap: number) => adjustmentOf({ linuxParameters: { maxSwap, swappiness: 60 } }, 'EC2')
  expect(of(64)).toEqual({ isRequired: true, limits: [], devices: [], tmpfs: [], maxSwap: 67_108_864 })
  expect(of(0)).toEqual({ isRequired: false, limits: [], devices: [], tmpfs: [], maxSwap: 0 })
})

test('a tmpfs has its size in MiB among its options', () => {
  const tmpfs = [{ containerPath: '/run', size: 8, mountOptions: ['exec', 'mode=700'] }]
  expect(adjustmentOf({ linuxParameters: { tmpfs } }, 'EC2')).toEqual({
    isRequired: true,
    limits: [],
    devices: [],
    tmpfs: [{ path: '/run', options: ['nosuid', 'nodev', 'exec', 'mode=700', 'size=8m'] }],
  })
})
