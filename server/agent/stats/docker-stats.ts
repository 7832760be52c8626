import type { Usage } from './cgroups.ts'
import type { Traffic } from './interfaces.ts'

/** What was seen of a container at a time. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly usage: Usage
  readonly traffic: Traffic | undefined
  /** Of the whole machine: nanoseconds that its processors were busy or idle for, and how many there are. */
  readonly machine: { readonly cpu: number; readonly processors: number; readonly memory: number }
}

/**
 * Docker's StatsJSON with the rates that ECS adds.
 * @see https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerStats
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-examples.html
 */
export const dockerStats = (name: string, id: string, now: Sample, before: Sample) => ({
  read: time(now.at),
  preread: time(before.at),
  pids_stats: { current: now.usage.pids.current, ...(now.usage.pids.limit !== undefined && { limit: now.usage.pids.limit }) },
  blkio_stats: {
    io_service_bytes_recursive: now.usage.blockIo,
    io_serviced_recursive: null,
    io_queue_recursive: null,
    io_service_time_recursive: null,
    io_wait_time_recursive: null,
    io_merged_recursive: null,
    io_time_recursive: null,
    sectors_recursive: null,
  },
  num_procs: 0,
  storage_stats: {},
  cpu_stats: cpuStats(now),
  precpu_stats: cpuStats(before),
  memory_stats: {
    usage: now.usage.memory.usage,
    ...(now.usage.memory.maxUsage !== undefined && { max_usage: now.usage.memory.maxUsage }),
    stats: now.usage.memory.stats,
    limit: now.usage.memory.limit ?? now.machine.memory,
  },
  name,
  id,
  ...(now.traffic !== undefined && { networks: { eth0: now.traffic }, ...rates(now, before) }),
})

export type DockerStats = ReturnType<typeof dockerStats>

const cpuStats = ({ usage: { cpu, throttling }, machine }: Sample) => ({
  cpu_usage: { total_usage: cpu.total, usage_in_kernelmode: cpu.kernel, usage_in_usermode: cpu.user },
  system_cpu_usage: machine.cpu,
  online_cpus: machine.processors,
  throttling_data: {
    periods: throttling.periods,
    throttled_periods: throttling.throttledPeriods,
    throttled_time: throttling.throttledTime,
  },
})

const rates = (now: Sample, before: Sample) => {
  const seconds = (now.at - before.at) / 1000
  if (now.traffic === undefined || before.traffic === undefined || seconds <= 0) return {}
  return {
    network_rate_stats: {
      rx_bytes_per_sec: (now.traffic.rx_bytes - before.traffic.rx_bytes) / seconds,
      tx_bytes_per_sec: (now.traffic.tx_bytes - before.traffic.tx_bytes) / seconds,
    },
  }
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString()
