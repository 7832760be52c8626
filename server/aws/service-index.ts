// The services by what requests name them with, and their operations with all that is compiled once.
import { awsJson11 } from './protocols/aws-json-1-1.ts'
import { awsQuery } from './protocols/aws-query.ts'
import type { Protocol, WireOperation } from './protocols/protocol.ts'
import type { BoundService, ProtocolName, ServiceModel } from './service.ts'
import { shapeOf } from './shape.ts'
import { checkOf, type Check } from './validation/check.ts'

const protocols: Readonly<Record<ProtocolName, Protocol>> = { 'aws-json-1-1': awsJson11, 'aws-query': awsQuery }

export interface WiredOperation extends WireOperation {
  /** undefined where the input's shape demands nothing. */
  readonly check: Check | undefined
}

export interface RoutedService {
  readonly bound: BoundService
  readonly protocol: Protocol
  /** undefined where the model has no such operation. Compiled when first asked for. */
  operation(name: string): WiredOperation | undefined
}

export interface ServiceIndex {
  /** By `X-Amz-Target` up to the dot. */
  readonly byTarget: ReadonlyMap<string, RoutedService>
  /** Several services may share a name: both versions of Elastic Load Balancing do. */
  readonly bySigningName: ReadonlyMap<string, RoutedService[]>
  readonly query: RoutedService[]
}

export function indexServices(services: readonly BoundService[]): ServiceIndex {
  const byTarget = new Map<string, RoutedService>()
  const bySigningName = new Map<string, RoutedService[]>()
  const query: RoutedService[] = []
  for (const bound of services) {
    const { targetPrefix, signingName, protocol } = bound.model
    const routed: RoutedService = { bound, protocol: protocols[protocol], operation: operationsOf(bound.model) }
    if (targetPrefix) byTarget.set(targetPrefix, routed)
    bySigningName.set(signingName, [...(bySigningName.get(signingName) ?? []), routed])
    if (protocol === 'aws-query') query.push(routed)
  }
  return { byTarget, bySigningName, query }
}

/** The query service that a version means. Without a version only a signature tells. */
export const findQueryService = (
  candidates: readonly RoutedService[],
  version: string | undefined,
  signed: boolean,
): RoutedService | undefined => candidates.find(({ bound }) => (version === undefined ? signed : bound.model.apiVersion === version))

function operationsOf(service: ServiceModel): (name: string) => WiredOperation | undefined {
  const compiled = new Map<string, WiredOperation>()
  return name => {
    const found = compiled.get(name)
    if (found) return found
    const model = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
    if (!model) return undefined
    const input = shapeOf(model.input)
    const operation: WiredOperation = { name, service, input, output: shapeOf(model.output), check: checkOf(input) }
    compiled.set(name, operation)
    return operation
  }
}
