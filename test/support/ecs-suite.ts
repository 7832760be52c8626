// What files of conformance tests on ECS share: an endpoint, a client, names of this run's own, and their removal.
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeregisterTaskDefinitionCommand,
  type ECSClient,
  type ECSServiceException,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type TaskDefinition,
} from '@aws-sdk/client-ecs'
import { openEndpoint, type TestEndpoint } from './endpoint.ts'
import { ecsOf } from './tasks.ts'

export const app = { name: 'app', image: 'busybox:latest', command: ['sleep', '600'], memory: 32, stopTimeout: 2 }

export class EcsSuite {
  readonly #unique: string
  readonly #undo: (() => Promise<unknown>)[] = []
  #endpoint: TestEndpoint | undefined
  #ecs: ECSClient | undefined

  /** Others may use the same endpoint: every name begins with `prefix` and what is this run's own. */
  constructor(prefix: string) {
    this.#unique = `${prefix}-${process.pid}-${Date.now().toString(36)}`
  }

  async open(): Promise<void> {
    this.#endpoint = await openEndpoint()
    this.#ecs = ecsOf({ endpoint: this.#endpoint.url })
  }

  /** Undoes in reverse order what `undo` was told. What is undone already is passed over. */
  async close(): Promise<void> {
    for (const undo of this.#undo.reverse()) await undo().catch(() => {})
    await this.#endpoint?.close()
  }

  get ecs(): ECSClient {
    if (this.#ecs === undefined) throw new Error('the suite is not open')
    return this.#ecs
  }

  /** The AWS API's address. */
  get endpoint(): string {
    if (this.#endpoint === undefined) throw new Error('the suite is not open')
    return this.#endpoint.url
  }

  named(name: string): string {
    return `${this.#unique}-${name}`
  }

  undo(act: () => Promise<unknown>): void {
    this.#undo.push(act)
  }

  /** Makes a cluster; its ARN. */
  async cluster(name: string): Promise<string> {
    const { cluster } = await this.ecs.send(new CreateClusterCommand({ clusterName: this.named(name) }))
    this.undo(() => this.ecs.send(new DeleteClusterCommand({ cluster: this.named(name) })))
    return cluster?.clusterArn ?? ''
  }

  async taskDefinition(
    name: string,
    more: Partial<RegisterTaskDefinitionCommandInput> = {},
  ): Promise<TaskDefinition & { taskDefinitionArn: string }> {
    const { taskDefinition } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({ family: this.named(name), containerDefinitions: [app], ...more }),
    )
    const taskDefinitionArn = taskDefinition?.taskDefinitionArn ?? ''
    this.undo(() => this.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: taskDefinitionArn })))
    return { ...taskDefinition, taskDefinitionArn }
  }
}

/** The error that a call was refused with, as `CODE: message`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: ECSServiceException) => reason,
  )
  if (error === undefined) throw new Error('the call was not refused')
  return `${error.name}: ${error.message}`
}
