import type {
  DescribeGatewayAlbConfiguration,
  DescribeGatewayConfiguration,
  GatewayConfiguration,
  UpdateGatewayConfiguration,
} from '../../../aws/generated/ecs.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

/** What AWS takes where nothing is given. */
const standard = {
  scheme: 'internet-facing',
  port: 443,
  protocol: 'HTTPS',
  maxAlbCount: 10,
  currentAlbCount: 0,
  httpDesync: 'defensive',
} as const satisfies DescribeGatewayAlbConfiguration

/**
 * A new gateway's configuration as it is shown. Throws InvalidParameterException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateGateway.html
 */
export function newConfiguration({ hostSharedAlb }: GatewayConfiguration): DescribeGatewayConfiguration {
  if (hostSharedAlb === undefined) throw invalidParameter('Exactly one gateway configuration must be specified.')
  refuseIf((hostSharedAlb.port ?? standard.port) !== standard.port, 'The gateway supports port 443 only.')
  refuseIf((hostSharedAlb.protocol ?? standard.protocol) !== standard.protocol, 'The gateway supports protocol HTTPS only.')
  return { hostSharedAlb: checked({ ...standard, ...hostSharedAlb }) }
}

/** A gateway's configuration with what is given changed. Throws InvalidParameterException. */
export function changedConfiguration(
  { hostSharedAlb: before = {} }: DescribeGatewayConfiguration,
  { hostSharedAlb: given = {} }: UpdateGatewayConfiguration,
): DescribeGatewayConfiguration {
  const networkConfiguration = { ...before.networkConfiguration, ...given.networkConfiguration }
  const hasNetwork = before.networkConfiguration !== undefined || given.networkConfiguration !== undefined
  return { hostSharedAlb: checked({ ...before, ...given, ...(hasNetwork ? { networkConfiguration } : {}) }) }
}

function checked(configuration: DescribeGatewayAlbConfiguration): DescribeGatewayAlbConfiguration {
  const { maxAlbCount = standard.maxAlbCount } = configuration
  refuseIf(maxAlbCount < 1, 'maxAlbCount must be at least 1.')
  return configuration
}
