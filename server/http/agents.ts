import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Adjusting, AgentEvent, TaskUse, UsageTaken } from '../agent/protocol.ts'
import type { Authenticate } from '../agents/authenticate.ts'
import type { ProbeOutcome } from '../probing/prober.ts'
import { httpServer, type HttpServer } from './listen.ts'

export interface AgentsOptions {
  readonly authenticate: Authenticate
  /** Whether it is known what runs: before that an agent would take its tasks for gone. */
  readonly isSynced: () => boolean
  readonly listen: (node: string, send: (event: AgentEvent) => void, end: () => void) => () => void
  readonly drained: (taskArns: readonly string[]) => void
  readonly used: (tasks: readonly TaskUse[]) => UsageTaken
  readonly routed: (taskArns: readonly string[]) => void
  readonly isolated: (taskArns: readonly string[]) => void
  readonly probed: (id: string, outcome: ProbeOutcome) => void
  readonly explained: (runtimeId: string, wasKilledForMemory: boolean) => void
  readonly adjusting: (node: string, told: Adjusting) => void
}

const probedBody = Type.Object({
  id: Type.String(),
  outcome: Type.Union([
    Type.Object({ is: Type.Literal('answered'), code: Type.Integer() }),
    Type.Object({ is: Type.Literal('connected') }),
    Type.Object({ is: Type.Literal('timedOut') }),
    Type.Object({ is: Type.Literal('failed'), why: Type.String() }),
  ]),
})

const explainedBody = Type.Object({ runtimeId: Type.String(), wasKilledForMemory: Type.Boolean() })

const adjustingBody = Type.Union([
  Type.Object({ is: Type.Literal('able'), runtime: Type.String() }),
  Type.Object({ is: Type.Literal('unable'), why: Type.String() }),
  Type.Object({ is: Type.Literal('away'), why: Type.String() }),
])

const path = /^\/v1\/nodes\/([^/]+)\/(tasks|drained|isolated|routed|usage|probed|explained|adjusting)$/

/** The agents' port, as server/agent/protocol.ts has it. Tasks can reach it and are refused: they have no token. */
export const createAgents = (options: AgentsOptions): HttpServer =>
  httpServer({ fetch: async (request: Request) => answer(request, options) }, { graceMilliseconds: 1000 })

const answer = async (
  request: Request,
  { authenticate, isSynced, listen, used, probed, explained, adjusting, ...told }: AgentsOptions,
): Promise<Response> => {
  const [, encoded = '', what] = path.exec(new URL(request.url).pathname) ?? []
  const node = decoded(encoded)
  if (what === undefined || node === undefined) return new Response('not found\n', { status: 404 })
  const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  // It cannot be asked just now: the agent comes again.
  const isAgent = token === undefined ? false : await authenticate(token, node).catch(() => undefined)
  if (isAgent === undefined) return new Response('not yet\n', { status: 503 })
  if (!isAgent) return new Response('not the agent of this node\n', { status: 403 })
  if (what !== 'tasks' && request.method === 'POST') {
    const body: unknown = await request.json().catch(() => undefined)
    if (body === undefined) return new Response('not JSON\n', { status: 400 })
    if (what === 'probed') return takeProbed(body, probed)
    if (what === 'explained') return takeExplained(body, explained)
    if (what === 'adjusting') return takeAdjusting(node, body, adjusting)
    if (what === 'usage') return Response.json(used(usesOf(body)))
    const taskArns = taskArnsOf(body)
    if (what === 'drained') told.drained(taskArns)
    if (what === 'isolated') told.isolated(taskArns)
    if (what === 'routed') told.routed(taskArns)
    return new Response(null, { status: 204 })
  }
  if (what !== 'tasks' || request.method !== 'GET') return new Response('not found\n', { status: 404 })
  if (!isSynced()) return new Response('not yet\n', { status: 503 })
  return new Response(eventsOf(node, listen), { headers: { 'content-type': 'application/x-ndjson' } })
}

const takeProbed = (body: unknown, probed: AgentsOptions['probed']): Response => {
  if (!Value.Check(probedBody, body)) return new Response('not what came of a health check\n', { status: 400 })
  probed(body.id, body.outcome)
  return new Response(null, { status: 204 })
}

const takeExplained = (body: unknown, explained: AgentsOptions['explained']): Response => {
  if (!Value.Check(explainedBody, body)) return new Response('not how a container ended\n', { status: 400 })
  explained(body.runtimeId, body.wasKilledForMemory)
  return new Response(null, { status: 204 })
}

const takeAdjusting = (node: string, body: unknown, adjusting: AgentsOptions['adjusting']): Response => {
  if (!Value.Check(adjustingBody, body)) return new Response('not what an agent tells of its container runtime\n', { status: 400 })
  adjusting(node, body)
  return new Response(null, { status: 204 })
}

/** Undefined for what is no text. */
const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What may wait in an agent that does not read: it is cut off then, and is told all anew when it comes back. */
const mostWaiting = 10_000

const eventsOf = (node: string, listen: AgentsOptions['listen']): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  let end = (): void => {}
  const source: UnderlyingDefaultSource<Uint8Array> = {
    start(controller) {
      end = listen(
        node,
        event => {
          if ((controller.desiredSize ?? 0) > -mostWaiting) return controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`))
          end()
          controller.error(new Error('the agent does not keep up'))
        },
        () => controller.close(),
      )
    },
    cancel: () => end(),
  }
  return new ReadableStream(source, new CountQueuingStrategy({ highWaterMark: 1 }))
}

const usesOf = (body: unknown): readonly TaskUse[] => {
  const given: unknown = typeof body === 'object' && body !== null && 'tasks' in body ? body.tasks : []
  return Array.isArray(given) ? given.filter(isTaskUse) : []
}

const isTaskUse = (each: unknown): each is TaskUse =>
  typeof each === 'object' &&
  each !== null &&
  'taskArn' in each &&
  typeof each.taskArn === 'string' &&
  'cpu' in each &&
  Number.isFinite(each.cpu) &&
  'memory' in each &&
  Number.isFinite(each.memory)

const taskArnsOf = (body: unknown): readonly string[] => {
  const given: unknown = typeof body === 'object' && body !== null && 'taskArns' in body ? body.taskArns : []
  return Array.isArray(given) ? given.filter(each => typeof each === 'string') : []
}
