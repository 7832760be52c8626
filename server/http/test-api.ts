// An API with a few operations of the real models, for the tests of the way of a request: not a mock, a small service.
import { systemClock } from '../../shared/clock.ts'
import { randomIds } from '../../shared/ids.ts'
import { bindService } from '../aws/bind.ts'
import { ServiceError } from '../aws/errors.ts'
import { model as ecsModel } from '../aws/generated/ecs.ts'
import { model as elbv2Model, type Operations as Elbv2Operations } from '../aws/generated/elbv2.ts'
import type { ApiLog } from '../aws/pipeline.ts'
import { notImplemented, type BoundService, type CallContext, type HandlerTable } from '../aws/service.ts'
import type { Elbv2Context } from '../services/elbv2/context.ts'
import { elbv2Handlers } from '../services/elbv2/index.ts'
import { memoryStore } from '../store/memory.ts'
import { createApi, type ApiOptions } from './api.ts'
import type { HttpServer } from './listen.ts'

interface LoggedLine {
  readonly fields: object
  readonly text: string
}

export interface TestApi {
  readonly server: HttpServer
  readonly logged: readonly LoggedLine[]
  /** The inputs that operations were given, newest last. */
  readonly inputs: readonly unknown[]
  /** Lets `DescribeTasks` of the task `held` answer. */
  release(): void
}

export function createTestApi(options: Partial<ApiOptions['aws']> = {}): TestApi {
  const logged: LoggedLine[] = []
  const inputs: unknown[] = []
  let release = (): void => {}
  const released = new Promise<void>(resolve => (release = resolve))
  const note = (fields: object, text: string): void => {
    logged.push({ fields, text })
  }
  const log: ApiLog = { error: note, warn: note }
  const server = createApi({
    aws: { services: [testEcs(inputs, released), testElbv2(inputs)], ids: randomIds, log, strict: true, ...options },
    health: () => ({
      version: '1.2.3',
      instance: 'test',
      runtime: 'simulated',
      simulated: true,
      components: { store: { state: 'ready' } },
    }),
  })
  return { server, logged, inputs, release: () => release() }
}

const arnOf = ({ region, account }: CallContext, name: string): string => `arn:aws:ecs:${region}:${account}:cluster/${name}`

function testEcs(inputs: unknown[], released: Promise<void>): BoundService {
  const operations = {
    CreateCluster: (context: CallContext, input: { clusterName?: string; tags?: unknown }) => {
      inputs.push(input)
      if (input.clusterName === 'broken') throw new Error('the disk is on fire')
      if (input.clusterName === 'unlisted') throw new ServiceError('NoSuchThingException', 'not in the model')
      if (input.clusterName === 'surprising') return { cluster: { clusterName: 'surprising', namespace: 'not-in-the-model' } }
      return { cluster: { clusterName: input.clusterName, clusterArn: arnOf(context, input.clusterName ?? 'default'), status: undefined } }
    },
    DeleteCluster: (_context: CallContext, { cluster }: { cluster: string }) => {
      if (cluster === 'busy') throw new ServiceError('ConflictException', 'in use', { resourceIds: ['task-1'] })
      throw new ServiceError('ClusterNotFoundException', 'Cluster not found.')
    },
    DescribeTasks: async (_context: CallContext, input: { tasks: string[] }) => {
      inputs.push(input)
      if (input.tasks[0] === 'held') await released
      return { tasks: input.tasks.map(taskArn => ({ taskArn, createdAt: 1795424523.25 })), failures: [] }
    },
    RegisterTaskDefinition: (_context: CallContext, input: unknown) => {
      inputs.push(input)
      return {}
    },
    RunTask: (_context: CallContext, input: unknown) => {
      inputs.push(input)
      return { tasks: [], failures: [] }
    },
  }
  // The table of a test need not be whole, so it is bound by hand.
  const names = new Map<string, unknown>(Object.entries(operations))
  return {
    model: ecsModel,
    invoke: (operation, call, input) => {
      const handler = names.get(operation)
      return typeof handler === 'function' ? Promise.resolve().then((): unknown => handler(call, input)) : undefined
    },
  }
}

function testElbv2(inputs: unknown[]): BoundService {
  const handlers: HandlerTable<Elbv2Context, Elbv2Operations> = {
    ...elbv2Handlers,
    CreateTargetGroup: notImplemented,
    DescribeLoadBalancers: ({ account, region }, input) => {
      inputs.push(input)
      if (input.Names?.[0] === 'missing') throw new ServiceError('LoadBalancerNotFoundException', "Load balancers '[missing]' not found")
      return {
        LoadBalancers: [
          {
            LoadBalancerArn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/a&b/0123456789abcdef`,
            CreatedTime: 1795424523.25,
            State: { Code: 'active' },
            AvailabilityZones: [{ ZoneName: 'us-east-1a', SubnetId: '<subnet>' }],
            SecurityGroups: [],
          },
        ],
      }
    },
    CreateListener: (_context, input) => {
      inputs.push(input)
      return { Listeners: [{ Port: input.Port, Protocol: input.Protocol, DefaultActions: input.DefaultActions }] }
    },
    DeleteLoadBalancer: (_context, input) => {
      inputs.push(input)
      return {}
    },
  }
  const dependencies = { store: memoryStore(), clock: systemClock, ids: randomIds, wake: () => {} }
  return bindService<Elbv2Operations, Elbv2Context>({ model: elbv2Model, handlers, makeContext: call => ({ ...dependencies, ...call }) })
}
