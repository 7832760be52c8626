import type { GatewayConnector, TaskDefinition } from '../../../aws/generated/ecs.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/** Throws InvalidParameterException for connectors to ports that no container names. */
export function checkGatewayConnectors(connectors: readonly GatewayConnector[], { containerDefinitions = [] }: TaskDefinition): void {
  const names = new Set(containerDefinitions.flatMap(({ portMappings = [] }) => portMappings.map(({ name }) => name)))
  for (const { portName } of connectors) {
    refuseIf(!names.has(portName), `portName(${portName}) does not refer to any named PortMapping in the container definitions`)
  }
}
