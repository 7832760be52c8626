import { bindService } from '../../aws/bind.ts'
import { model, type Operations } from '../../aws/generated/elbv2.ts'
import type { BoundService, HandlerTable } from '../../aws/service.ts'
import type { Elbv2Context, Elbv2Dependencies } from './context.ts'
import { addListenerCertificates } from './operations/add-listener-certificates.ts'
import { addTags } from './operations/add-tags.ts'
import { addTrustStoreRevocations } from './operations/add-trust-store-revocations.ts'
import { createListener } from './operations/create-listener.ts'
import { createLoadBalancer } from './operations/create-load-balancer.ts'
import { createRule } from './operations/create-rule.ts'
import { createTargetGroup } from './operations/create-target-group.ts'
import { createTrustStore } from './operations/create-trust-store.ts'
import { deleteListener } from './operations/delete-listener.ts'
import { deleteLoadBalancer } from './operations/delete-load-balancer.ts'
import { deleteRule } from './operations/delete-rule.ts'
import { deleteSharedTrustStoreAssociation } from './operations/delete-shared-trust-store-association.ts'
import { deleteTargetGroup } from './operations/delete-target-group.ts'
import { deleteTrustStore } from './operations/delete-trust-store.ts'
import { deregisterTargets } from './operations/deregister-targets.ts'
import { describeAccountLimits } from './operations/describe-account-limits.ts'
import { describeCapacityReservation } from './operations/describe-capacity-reservation.ts'
import { describeListenerAttributes } from './operations/describe-listener-attributes.ts'
import { describeListenerCertificates } from './operations/describe-listener-certificates.ts'
import { describeListeners } from './operations/describe-listeners.ts'
import { describeLoadBalancerAttributes } from './operations/describe-load-balancer-attributes.ts'
import { describeLoadBalancers } from './operations/describe-load-balancers.ts'
import { describeRules } from './operations/describe-rules.ts'
import { describeSslPolicies } from './operations/describe-ssl-policies.ts'
import { describeTags } from './operations/describe-tags.ts'
import { describeTargetGroupAttributes } from './operations/describe-target-group-attributes.ts'
import { describeTargetGroups } from './operations/describe-target-groups.ts'
import { describeTargetHealth } from './operations/describe-target-health.ts'
import { describeTrustStoreAssociations } from './operations/describe-trust-store-associations.ts'
import { describeTrustStoreRevocations } from './operations/describe-trust-store-revocations.ts'
import { describeTrustStores } from './operations/describe-trust-stores.ts'
import { getResourcePolicy } from './operations/get-resource-policy.ts'
import { getTrustStoreCaCertificatesBundle } from './operations/get-trust-store-ca-certificates-bundle.ts'
import { getTrustStoreRevocationContent } from './operations/get-trust-store-revocation-content.ts'
import { modifyCapacityReservation } from './operations/modify-capacity-reservation.ts'
import { modifyIpPools } from './operations/modify-ip-pools.ts'
import { modifyListener } from './operations/modify-listener.ts'
import { modifyListenerAttributes } from './operations/modify-listener-attributes.ts'
import { modifyLoadBalancerAttributes } from './operations/modify-load-balancer-attributes.ts'
import { modifyRule } from './operations/modify-rule.ts'
import { modifyTargetGroup } from './operations/modify-target-group.ts'
import { modifyTargetGroupAttributes } from './operations/modify-target-group-attributes.ts'
import { modifyTrustStore } from './operations/modify-trust-store.ts'
import { registerTargets } from './operations/register-targets.ts'
import { removeListenerCertificates } from './operations/remove-listener-certificates.ts'
import { removeTags } from './operations/remove-tags.ts'
import { removeTrustStoreRevocations } from './operations/remove-trust-store-revocations.ts'
import { setIpAddressType } from './operations/set-ip-address-type.ts'
import { setRulePriorities } from './operations/set-rule-priorities.ts'
import { setSecurityGroups } from './operations/set-security-groups.ts'
import { setSubnets } from './operations/set-subnets.ts'

/** Elastic Load Balancing v2: one entry an operation of the model. */
export const elbv2Handlers = {
  AddListenerCertificates: addListenerCertificates,
  AddTags: addTags,
  AddTrustStoreRevocations: addTrustStoreRevocations,
  CreateListener: createListener,
  CreateLoadBalancer: createLoadBalancer,
  CreateRule: createRule,
  CreateTargetGroup: createTargetGroup,
  CreateTrustStore: createTrustStore,
  DeleteListener: deleteListener,
  DeleteLoadBalancer: deleteLoadBalancer,
  DeleteRule: deleteRule,
  DeleteSharedTrustStoreAssociation: deleteSharedTrustStoreAssociation,
  DeleteTargetGroup: deleteTargetGroup,
  DeleteTrustStore: deleteTrustStore,
  DeregisterTargets: deregisterTargets,
  DescribeAccountLimits: describeAccountLimits,
  DescribeCapacityReservation: describeCapacityReservation,
  DescribeListenerAttributes: describeListenerAttributes,
  DescribeListenerCertificates: describeListenerCertificates,
  DescribeListeners: describeListeners,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeRules: describeRules,
  DescribeSSLPolicies: describeSslPolicies,
  DescribeTags: describeTags,
  DescribeTargetGroupAttributes: describeTargetGroupAttributes,
  DescribeTargetGroups: describeTargetGroups,
  DescribeTargetHealth: describeTargetHealth,
  DescribeTrustStoreAssociations: describeTrustStoreAssociations,
  DescribeTrustStoreRevocations: describeTrustStoreRevocations,
  DescribeTrustStores: describeTrustStores,
  GetResourcePolicy: getResourcePolicy,
  GetTrustStoreCaCertificatesBundle: getTrustStoreCaCertificatesBundle,
  GetTrustStoreRevocationContent: getTrustStoreRevocationContent,
  ModifyCapacityReservation: modifyCapacityReservation,
  ModifyIpPools: modifyIpPools,
  ModifyListener: modifyListener,
  ModifyListenerAttributes: modifyListenerAttributes,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  ModifyRule: modifyRule,
  ModifyTargetGroup: modifyTargetGroup,
  ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
  ModifyTrustStore: modifyTrustStore,
  RegisterTargets: registerTargets,
  RemoveListenerCertificates: removeListenerCertificates,
  RemoveTags: removeTags,
  RemoveTrustStoreRevocations: removeTrustStoreRevocations,
  SetIpAddressType: setIpAddressType,
  SetRulePriorities: setRulePriorities,
  SetSecurityGroups: setSecurityGroups,
  SetSubnets: setSubnets,
} satisfies HandlerTable<Elbv2Context, Operations>

/** Elastic Load Balancing v2, ready to be routed to. */
export const elbv2Service = (dependencies: Elbv2Dependencies): BoundService =>
  bindService<Operations, Elbv2Context>({ model, handlers: elbv2Handlers, makeContext: call => ({ ...dependencies, ...call }) })
