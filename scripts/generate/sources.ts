// What the SDK's packages do not say: how each service is addressed, and the limits that its model sets.
import type { ProtocolName } from '../../server/aws/service.ts'
import { applicationAutoScalingConstraints } from './constraints/application-autoscaling.ts'
import type { Constraints } from './constraints/constraint.ts'
import { ecrConstraints } from './constraints/ecr.ts'
import { ecsConstraints } from './constraints/ecs.ts'
import { elbv2Constraints } from './constraints/elbv2.ts'
import { serviceDiscoveryConstraints } from './constraints/servicediscovery.ts'

export interface ServiceSource {
  readonly packageName: string
  /** The generated file's name. */
  readonly name: string
  readonly signingName: string
  readonly protocol: ProtocolName
  readonly apiVersion: string
  readonly targetPrefix?: string
  readonly xmlNamespace?: string
  readonly constraints: Constraints
}

export const sources: readonly ServiceSource[] = [
  {
    packageName: '@aws-sdk/client-ecs',
    name: 'ecs',
    signingName: 'ecs',
    protocol: 'aws-json-1-1',
    apiVersion: '2014-11-13',
    targetPrefix: 'AmazonEC2ContainerServiceV20141113',
    constraints: ecsConstraints,
  },
  {
    packageName: '@aws-sdk/client-elastic-load-balancing-v2',
    name: 'elbv2',
    signingName: 'elasticloadbalancing',
    protocol: 'aws-query',
    apiVersion: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    constraints: elbv2Constraints,
  },
  {
    packageName: '@aws-sdk/client-servicediscovery',
    name: 'servicediscovery',
    signingName: 'servicediscovery',
    protocol: 'aws-json-1-1',
    apiVersion: '2017-03-14',
    targetPrefix: 'Route53AutoNaming_v20170314',
    constraints: serviceDiscoveryConstraints,
  },
  {
    packageName: '@aws-sdk/client-application-auto-scaling',
    name: 'application-autoscaling',
    signingName: 'application-autoscaling',
    protocol: 'aws-json-1-1',
    apiVersion: '2016-02-06',
    targetPrefix: 'AnyScaleFrontendService',
    constraints: applicationAutoScalingConstraints,
  },
  {
    packageName: '@aws-sdk/client-ecr',
    name: 'ecr',
    signingName: 'ecr',
    protocol: 'aws-json-1-1',
    apiVersion: '2015-09-21',
    targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
    constraints: ecrConstraints,
  },
]
