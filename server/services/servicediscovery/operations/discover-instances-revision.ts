import type { DiscoverInstancesRevisionRequest, DiscoverInstancesRevisionResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { discover } from '../discover.ts'

/**
 * A number that grows when an instance of the service comes or goes.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstancesRevision.html
 */
export const discoverInstancesRevision = (
  context: DiscoveryContext,
  input: DiscoverInstancesRevisionRequest,
): DiscoverInstancesRevisionResponse => ({ InstancesRevision: discover(context, input).service.instancesRevision })
