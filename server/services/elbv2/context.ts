import type { Clock } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { CallContext } from '../../aws/service.ts'
import type { Wake } from '../../reconcilers/reconciler.ts'
import type { Store } from '../../store/store.ts'

export interface Subnet {
  readonly subnetId: string
  readonly vpcId: string
  readonly availabilityZone: string
}

/** What belongs to EC2. Where there is no EC2 to ask, both answer undefined and ids are taken as they are given. */
export interface Network {
  /** Those of the subnets that there are, in any order. */
  subnets(call: CallContext, subnetIds: readonly string[]): Promise<readonly Subnet[] | undefined>
  /** The ids of those of the security groups that there are. */
  securityGroups(call: CallContext, groupIds: readonly string[]): Promise<readonly string[] | undefined>
}

/** What the composition root gives to ELBv2. Read anew for each call, so a member may be a getter. */
export interface Elbv2Dependencies {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly wake: Wake
  readonly network?: Network | undefined
  /** Ports of this machine at which listeners are reached; undefined where none is. */
  readonly listenerPorts?: { readonly first: number; readonly last: number } | undefined
}

/** What every ELBv2 operation is given beside its input. */
export interface Elbv2Context extends CallContext, Elbv2Dependencies {}

/** 16 hexadecimal digits: the last part of an ARN. */
export const newId = (context: Pick<Elbv2Context, 'ids'>): string => context.ids.hex32().slice(-16)
