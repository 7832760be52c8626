// Docker's stats as the task metadata endpoints answer them, with the rates that ECS adds. Nothing is unknown.
// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerStats
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-examples.html
import { type TObject, type TProperties, Type } from '@sinclair/typebox'
import { containerId, type MetadataLaunchType } from './metadata-schemas.ts'

const strict = <Members extends TProperties>(members: Members): TObject<Members> => Type.Object(members, { additionalProperties: false })
const count = Type.Integer({ minimum: 0 })
const time = Type.String({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.source })

const cpu = strict({
  cpu_usage: strict({
    total_usage: count,
    percpu_usage: Type.Optional(Type.Array(count)),
    usage_in_kernelmode: count,
    usage_in_usermode: count,
  }),
  system_cpu_usage: Type.Optional(count),
  online_cpus: Type.Optional(Type.Integer({ minimum: 1 })),
  throttling_data: strict({ periods: count, throttled_periods: count, throttled_time: count }),
})

// Lower case where the machine has version 2 of control groups.
const op = Type.Union(['Read', 'Write', 'Sync', 'Async', 'Discard', 'Total', 'read', 'write'].map(each => Type.Literal(each)))
const blockIo = Type.Union([Type.Null(), Type.Array(strict({ major: count, minor: count, op, value: count }))])

/** `…/stats`. */
export const statsSchema = (launchType: MetadataLaunchType) =>
  strict({
    read: time,
    preread: time,
    pids_stats: strict({ current: Type.Optional(count), limit: Type.Optional(count) }),
    blkio_stats: strict({
      io_service_bytes_recursive: blockIo,
      io_serviced_recursive: blockIo,
      io_queue_recursive: blockIo,
      io_service_time_recursive: blockIo,
      io_wait_time_recursive: blockIo,
      io_merged_recursive: blockIo,
      io_time_recursive: blockIo,
      sectors_recursive: blockIo,
    }),
    num_procs: count,
    storage_stats: strict({}),
    cpu_stats: cpu,
    precpu_stats: cpu,
    memory_stats: strict({
      usage: Type.Integer({ minimum: 1 }),
      max_usage: Type.Optional(count),
      stats: Type.Record(Type.String(), count),
      limit: Type.Integer({ minimum: 1 }),
    }),
    // Docker's names begin with a slash.
    name: Type.String({ pattern: launchType === 'EC2' ? '^/ecs-[a-zA-Z0-9_-]+$' : '^[a-zA-Z0-9_-]+$' }),
    id: Type.String({ pattern: `^${containerId[launchType]}$` }),
    networks: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^eth\\d$' }),
        strict({
          rx_bytes: count,
          rx_packets: count,
          rx_errors: count,
          rx_dropped: count,
          tx_bytes: count,
          tx_packets: count,
          tx_errors: count,
          tx_dropped: count,
        }),
      ),
    ),
    network_rate_stats: Type.Optional(
      strict({ rx_bytes_per_sec: Type.Number({ minimum: 0 }), tx_bytes_per_sec: Type.Number({ minimum: 0 }) }),
    ),
  })

/** `…/task/stats`: by the containers' ids; null for one that does not run. */
export const taskStatsSchema = (launchType: MetadataLaunchType) =>
  Type.Record(Type.String({ pattern: `^${containerId[launchType]}$` }), Type.Union([Type.Null(), statsSchema(launchType)]), {
    additionalProperties: false,
    minProperties: 1,
  })
