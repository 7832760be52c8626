/** What clients know from answers alone. ARNs are keys unless said otherwise. */
export class Told {
  readonly clusters = new Map<string, { readonly isDeleted: boolean }>()
  /** `value`: of a variable that tells revisions apart. */
  readonly definitions = new Map<string, { readonly status: string; readonly value: string }>()
  readonly tasks = new Map<string, { readonly runsOn: boolean; readonly isStopped: boolean }>()
  /** By client token: how many tasks were asked for. */
  readonly runs = new Map<string, number>()
  /** By name. */
  readonly services = new Map<string, { readonly desiredCount: number; readonly taskDefinition: string; readonly group?: string }>()
  readonly deletedServices = new Set<string>()
  /** Load balancers, listeners, rules and target groups. */
  readonly balancing = new Map<string, { readonly isDeleted: boolean }>()
  /** By target group: addresses that were registered by hand and stay. */
  readonly targets = new Map<string, ReadonlySet<string>>()
  readonly offences: string[] = []
  /** Calls that were answered. */
  answers = 0
}
