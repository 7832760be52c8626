// What load balancers carried in a period, by what the gateway counts of its routers and services.

/** By how much a series of the gateway has grown. */
export interface Growth {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly by: number
}

/** A rule and where it may have sent requests in the period, by the gateway's names of its router and its services. */
export interface CountedRule {
  readonly router: string
  readonly services: readonly string[]
}

/** Requests that were answered alike. */
export interface Answers {
  readonly router: string
  /** Whose target was chosen; undefined where none was, or where it is not told which. */
  readonly service: string | undefined
  /**
   * `balancer`: a target was chosen, and did not answer. `action`: the rule answers by itself. `listener`: it refuses what no
   * rule has seen. `other`: what stands before a rule answers.
   */
  readonly from: 'target' | 'balancer' | 'action' | 'listener' | 'other'
  /** The answer's; undefined where the gateway tells gRPC's alone. */
  readonly status: number | undefined
  readonly count: number
}

/** How long targets took to their whole answers. */
export interface Times {
  readonly requests: number
  readonly seconds: number
}

export interface Traffic {
  readonly answers: readonly Answers[]
  /** By service; of what targets answered. */
  readonly times: ReadonlyMap<string, Times>
}

/**
 * The gateway counts requests by rule, with who answered, and by service, without. A rule that has sent requests to one service
 * alone tells of that; what one has sent to several is shared among them as the gateway's count of each is.
 * @param entrances routers before those of rules, which count all requests: what they refuse no rule has seen
 */
export function trafficOf(rules: readonly CountedRule[], entrances: readonly string[], growth: readonly Growth[]): Traffic {
  const ofRouter = new Map<string, Growth[]>()
  const ofService = new Map<string, Growth[]>()
  for (const each of growth) {
    const isRouter = each.metric === 'traefik_router_requests_total'
    const into = isRouter ? ofRouter : ofService
    const name = withoutProvider(each.labels[isRouter ? 'router' : 'service'])
    into.set(name, [...(into.get(name) ?? []), each])
  }
  const requestsOf = (service: string, answer?: string): number =>
    sum((ofService.get(service) ?? []).filter(each => isRequests(each) && (answer === undefined || answerOf(each) === answer)))
  const answers = rules.flatMap(({ router, services }) => {
    const used = services.filter(service => requestsOf(service) > 0)
    return (ofRouter.get(router) ?? []).flatMap((each): readonly Answers[] => {
      const from = fromOf(each)
      const answer = { router, from, status: statusOf(each, from) }
      if (from !== 'target' && from !== 'balancer') return [{ ...answer, service: undefined, count: each.by }]
      const among = used.length > 0 ? used : services.length === 1 ? services : [undefined]
      const alike = among.map(service => (service === undefined ? 1 : requestsOf(service, answerOf(each))))
      const weights = sumOf(alike) > 0 ? alike : among.map(() => 1)
      return shares(each.by, weights).flatMap((count, at) => (count === 0 ? [] : [{ ...answer, service: among[at], count }]))
    })
  })
  const refused = entrances.flatMap(router =>
    (ofRouter.get(router) ?? []).flatMap((each): readonly Answers[] => {
      const from = fromOf(each)
      return from === 'listener' ? [{ router, service: undefined, from, status: statusOf(each, from), count: each.by }] : []
    }),
  )
  return { answers: [...answers, ...refused], times: timesOf(ofService, failures(rules, ofRouter)) }
}

/** Answers that were the gateway's own in the place of a target, by service: how long they took is no target's time. */
function failures(rules: readonly CountedRule[], ofRouter: ReadonlyMap<string, readonly Growth[]>): ReadonlySet<string> {
  const failed = new Set<string>()
  for (const { router, services } of rules) {
    for (const each of ofRouter.get(router) ?? []) {
      if (fromOf(each) === 'balancer') for (const service of services) failed.add(`${service} ${answerOf(each)}`)
    }
  }
  return failed
}

/** What is streamed until one end has enough is no answer that takes its time. */
const streams = new Set(['websocket', 'sse'])

function timesOf(ofService: ReadonlyMap<string, readonly Growth[]>, failed: ReadonlySet<string>): ReadonlyMap<string, Times> {
  const times = new Map<string, Times>()
  for (const [service, all] of ofService) {
    const own = all.filter(each => !streams.has(each.labels['protocol'] ?? '') && !failed.has(`${service} ${answerOf(each)}`))
    const requests = sum(own.filter(isRequests))
    if (requests > 0) times.set(service, { requests, seconds: sum(own.filter(each => !isRequests(each))) })
  }
  return times
}

const isRequests = ({ metric }: Growth): boolean => metric === 'traefik_service_requests_total'
const withoutProvider = (name = ''): string => name.replace(/@.*$/, '')
const sumOf = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const sum = (growth: readonly Growth[]): number => sumOf(growth.map(({ by }) => by))

/** Router and service tell of a request with the same protocol and code. */
const answerOf = ({ labels: { protocol = '', code = '' } }: Growth): string => `${protocol} ${code}`

/** Written by the gateway's plugin. */
function fromOf({ labels: { from } }: Growth): Answers['from'] {
  return from === 'target' || from === 'balancer' || from === 'action' || from === 'listener' ? from : 'other'
}

/** The gateway tells the status of gRPC instead of HTTP's, which is 200 of all that a target answers. */
function statusOf({ labels: { protocol = '', code } }: Growth, from: Answers['from']): number | undefined {
  if (protocol.startsWith('grpc')) return from === 'target' ? 200 : undefined
  return Number(code)
}

/** A number of whole things in the proportion of the weights, of which one at least is not 0. */
function shares(whole: number, weights: readonly number[]): readonly number[] {
  const all = sumOf(weights)
  let [weight, given] = [0, 0]
  return weights.map(each => {
    weight += each
    const until = Math.round((whole * weight) / all)
    const own = until - given
    given = until
    return own
  })
}
