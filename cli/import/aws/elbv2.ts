import { type Input, type Wanted, listOf, only, recordOf, recordsOf, textOf, without } from '../wanted.ts'
import type { AwsDocuments } from './documents.ts'
import { type Mapping, ids } from './mapping.ts'

// Describe… of ELBv2 and Get… of Cloud Map as what their Create… take.

const mapped = (mapping: Mapping, value: Input): Input => recordOf(mapping.map(value)) ?? {}

export const loadBalancersOf = ({ loadBalancers, tags }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  loadBalancers.map(balancer => {
    const name = textOf(balancer['LoadBalancerName'])
    const own = recordsOf(balancer['AvailabilityZones']).map(zone => zone['SubnetId'])
    const securityGroups = mapping.securityGroups(balancer['SecurityGroups'])
    const input = {
      Name: name,
      ...only(balancer, ['Scheme', 'Type', 'IpAddressType']),
      Subnets: mapping.subnets(own),
      ...(securityGroups.length > 0 && { SecurityGroups: securityGroups }),
      Tags: tags.get(textOf(balancer['LoadBalancerArn'])) ?? [],
    }
    return { kind: 'load balancer', id: ids.loadBalancer(balancer), name, input }
  })

export const targetGroupsOf = ({ targetGroups, tags }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  targetGroups.map(group => {
    const name = textOf(group['TargetGroupName'])
    const own = without(group, ['TargetGroupArn', 'TargetGroupName', 'LoadBalancerArns'])
    const input = {
      ...mapped(mapping, own),
      Name: name,
      ...(group['VpcId'] !== undefined && { VpcId: mapping.vpc }),
      Tags: tags.get(textOf(group['TargetGroupArn'])) ?? [],
    }
    return { kind: 'target group', id: ids.targetGroup(group), name, input }
  })

/** The target groups of actions that are not among the files. */
const missingGroups = (actions: unknown, mapping: Mapping): readonly string[] => {
  const named = recordsOf(actions).flatMap(action => [
    action['TargetGroupArn'],
    ...recordsOf(recordOf(action['ForwardConfig'])?.['TargetGroups']).map(each => each['TargetGroupArn']),
  ])
  return [...new Set(named.map(textOf))].filter(arn => arn !== '' && mapping.find(arn) === undefined)
}

export const listenersOf = ({ listeners, tags }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  listeners.flatMap((listener): Wanted[] => {
    const id = ids.listener(listener)
    const balancer = mapping.find(textOf(listener['LoadBalancerArn']))
    const missing = missingGroups(listener['DefaultActions'], mapping)
    if (balancer === undefined || missing.length > 0) {
      mapping.notes.add(
        `The ${id} is not made: ${balancer === undefined ? 'its load balancer' : missing.join(', ')} is not among the files.`,
      )
      return []
    }
    const own = without(listener, ['ListenerArn', 'LoadBalancerArn'])
    const isVerifying = recordOf(listener['MutualAuthentication'])?.['Mode'] !== 'off'
    const certificates = recordsOf(listener['Certificates']).map(each => only(each, ['CertificateArn']))
    const input = {
      ...mapped(mapping, isVerifying ? own : without(own, ['MutualAuthentication'])),
      ...(certificates.length > 0 && { Certificates: listOf(mapping.map(certificates)) }),
      LoadBalancerArn: balancer,
      Tags: tags.get(textOf(listener['ListenerArn'])) ?? [],
    }
    return [{ kind: 'listener', id, name: id.replace(/^listener /, ''), input }]
  })

export const rulesOf = ({ rules, listeners, tags }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  rules
    .filter(({ IsDefault }) => IsDefault !== true && IsDefault !== 'true')
    .flatMap((rule): Wanted[] => {
      const arn = textOf(rule['RuleArn'])
      const listenerArn = arn.replace(/:listener-rule\//, ':listener/').replace(/\/[^/]*$/, '')
      const of = listeners.find(each => each['ListenerArn'] === listenerArn)
      const listener = mapping.find(listenerArn)
      const missing = missingGroups(rule['Actions'], mapping)
      const name = `${of === undefined ? listenerArn : ids.listener(of).replace(/^listener /, '')} rule ${String(rule['Priority'])}`
      if (of === undefined || listener === undefined || missing.length > 0) {
        mapping.notes.add(`${name} is not made: ${missing.join(', ') || 'its listener'} is not among the files.`)
        return []
      }
      // Describe… answers a condition's values twice.
      const conditions = recordsOf(rule['Conditions']).map(each =>
        Object.keys(each).some(member => member.endsWith('Config')) ? without(each, ['Values']) : each,
      )
      const input = {
        ListenerArn: listener,
        Priority: Number(rule['Priority']),
        Conditions: conditions,
        Actions: listOf(mapping.map(rule['Actions'])),
        Tags: tags.get(arn) ?? [],
      }
      return [{ kind: 'rule', id: name, name, input }]
    })

export const namespacesOf = ({ namespaces }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  namespaces.map(namespace => {
    const name = textOf(namespace['Name'])
    const isPrivate = namespace['Type'] !== 'HTTP' && namespace['Type'] !== 'DNS_PUBLIC'
    const input = { ...only(namespace, ['Name', 'Type', 'Description']), ...(isPrivate && { Vpc: mapping.vpc }) }
    return { kind: 'namespace', id: ids.namespace(namespace), name, input }
  })

export const discoveryServicesOf = ({ discoveryServices }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  discoveryServices.flatMap((service): Wanted[] => {
    const name = textOf(service['Name'])
    const namespace = mapping.find(textOf(service['NamespaceId']))
    if (namespace === undefined) {
      mapping.notes.add(
        `The Cloud Map service ${name} is not made: its namespace is not among the files (aws servicediscovery get-namespace).`,
      )
      return []
    }
    const dns = recordOf(service['DnsConfig'])
    const input = {
      ...only(service, ['Name', 'Description', 'HealthCheckConfig', 'HealthCheckCustomConfig']),
      NamespaceId: namespace,
      ...(dns !== undefined && { DnsConfig: without(dns, ['NamespaceId']) }),
    }
    return [{ kind: 'discovery service', id: ids.discoveryService(service), name, input }]
  })
