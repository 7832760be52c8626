// A control plane with simulated tasks over a folder, which is stopped and started anew over the same.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceModel } from '../../server/aws/service.ts'
import { type RunningServer, startServer } from '../../server/main.ts'
import { type Answer, readAnswer, wireBody, wireHeaders } from './wire.ts'

export class RestartedInstance {
  readonly #dataDir: string
  #server: RunningServer

  private constructor(dataDir: string, server: RunningServer) {
    this.#dataDir = dataDir
    this.#server = server
  }

  static async start(): Promise<RestartedInstance> {
    const dataDir = await mkdtemp(join(tmpdir(), 'kecs-restarted-'))
    return new RestartedInstance(dataDir, await serve(dataDir))
  }

  async restart(): Promise<void> {
    await this.#server.stop()
    this.#server = await serve(this.#dataDir)
  }

  async close(): Promise<void> {
    await this.#server.stop()
    await rm(this.#dataDir, { recursive: true, force: true })
  }

  /** `accessKey` of 12 digits is the account. */
  async ask(model: ServiceModel, operation: string, input: object, accessKey?: string): Promise<Answer> {
    const body = wireBody(model, operation, input)
    const response = await fetch(this.#server.url, { method: 'POST', headers: wireHeaders(model, operation, accessKey), body })
    return readAnswer(model, response.status, await response.text())
  }

  /** The answer of a call that must not be refused. */
  async done(model: ServiceModel, operation: string, input: object): Promise<string> {
    const { code, text } = await this.ask(model, operation, input)
    if (code !== undefined) throw new Error(`${operation} of ${JSON.stringify(input)}: ${text}`)
    return text
  }
}

const serve = (dataDir: string): Promise<RunningServer> =>
  startServer(
    { dataDir, host: '127.0.0.1', apiPort: 0, adminPort: 0, runtime: 'simulated', instance: 'restarted', logLevel: 'error' },
    { strict: true },
  )
