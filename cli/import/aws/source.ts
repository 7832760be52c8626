import type { Source } from '../wanted.ts'
import type { AwsDocuments } from './documents.ts'
import { capacityProvidersOf, clustersOf, servicesOf, taskDefinitionsOf } from './ecs.ts'
import { discoveryServicesOf, listenersOf, loadBalancersOf, namespacesOf, rulesOf, targetGroupsOf } from './elbv2.ts'
import { type MappingOptions, mappingOf } from './mapping.ts'

/** What the AWS CLI's describe commands answered of another account, as resources of this instance. */
export const awsSource = (documents: AwsDocuments, options: MappingOptions): Source => {
  const mapping = mappingOf(documents, options)
  const kinds = [
    namespacesOf,
    discoveryServicesOf,
    capacityProvidersOf,
    clustersOf,
    targetGroupsOf,
    loadBalancersOf,
    listenersOf,
    rulesOf,
    taskDefinitionsOf,
    servicesOf,
  ]
  const wanted = kinds.flatMap(of => of(documents, mapping))
  return { wanted, notes: [...mapping.notes] }
}
