import { model as ecs } from '../../../server/aws/generated/ecs.ts'
import { model as discovery } from '../../../server/aws/generated/servicediscovery.ts'
import type { Calls, Listings } from './listings.ts'

const app = { name: 'app', image: 'busybox', memory: 4, command: ['sleep', '600'] }
const role = 'arn:aws:iam::000000000000:role/r'
const subnets = ['subnet-1', 'subnet-2']
const managedInstancesProvider = {
  infrastructureRoleArn: role,
  instanceLaunchTemplate: {
    ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/p',
    networkConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-01234567'] },
  },
}
const autoScalingGroupProvider = {
  autoScalingGroupArn: 'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/a',
}

/** What ECS lists, and what that needs that is there once. */
export async function ecsListings({ done, does, arnOf }: Calls): Promise<Listings> {
  const cluster = await arnOf(ecs, 'CreateCluster', { clusterName: 'paged' }, 'clusterArn')
  await done(ecs, 'RegisterTaskDefinition', { family: 'web', containerDefinitions: [app] })
  await done(ecs, 'CreateService', { cluster, serviceName: 'web', taskDefinition: 'web', desiredCount: 0 })
  await done(ecs, 'CreateCluster', { clusterName: 'services' })
  await done(ecs, 'CreateCluster', { clusterName: 'connected' })
  await done(ecs, 'CreateCluster', { clusterName: 'routed' })
  await done(ecs, 'CreateGateway', {
    name: 'routes',
    infrastructureRoleArn: role,
    configuration: { hostSharedAlb: { networkConfiguration: { subnets } } },
  })
  await done(ecs, 'AssociateGatewayWithCluster', { gateway: 'routes', cluster: 'routed' })
  await done(ecs, 'RegisterTaskDefinition', {
    family: 'routed',
    networkMode: 'awsvpc',
    containerDefinitions: [{ ...app, portMappings: [{ containerPort: 80, name: 'http' }] }],
  })
  await done(ecs, 'CreateCapacityProvider', { name: 'managed', cluster, managedInstancesProvider })
  const daemonTaskDefinitionArn = await arnOf(
    ecs,
    'RegisterDaemonTaskDefinition',
    { family: 'daemon', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 4 }] },
    'daemonTaskDefinitionArn',
  )
  const capacityProviderArns = ['arn:aws:ecs:us-east-1:000000000000:capacity-provider/managed']
  const daemon = { clusterArn: cluster, daemonTaskDefinitionArn, capacityProviderArns }
  const daemonArn = await arnOf(ecs, 'CreateDaemon', { ...daemon, daemonName: 'deployed' }, 'daemonArn')
  const registered: string[] = []
  for (let number = 0; number < 11; number += 1) {
    registered.push(await arnOf(ecs, 'RegisterContainerInstance', { cluster: 'services' }, 'containerInstanceArn'))
  }
  await done(discovery, 'CreateHttpNamespace', { Name: 'connect' })
  /** Each container instance takes ten. */
  const attribute = (name: string): object => ({ name, value: 'v', targetId: registered[Number(name.split('-')[1]) % registered.length] })
  const inEcs = (resource: string): RegExp => new RegExp(`arn:aws:ecs:us-east-1:000000000000:${resource}[^"]*`, 'g')
  const service = (name: string, serviceName: string, more: object): Promise<undefined> =>
    does(ecs, 'CreateService', { cluster: name, serviceName, taskDefinition: 'web', desiredCount: 0, ...more })
  const ofEcs = { model: ecs, standard: 100, most: 100, count: 101 }
  return {
    ListClusters: {
      ...ofEcs,
      input: {},
      items: inEcs('cluster/'),
      make: clusterName => does(ecs, 'CreateCluster', { clusterName }),
      remove: name => done(ecs, 'DeleteCluster', { cluster: name }),
    },
    ListTaskDefinitions: {
      ...ofEcs,
      input: { familyPrefix: 'one' },
      items: inEcs('task-definition/'),
      make: () => arnOf(ecs, 'RegisterTaskDefinition', { family: 'one', containerDefinitions: [app] }, 'taskDefinitionArn'),
      remove: taskDefinition => done(ecs, 'DeregisterTaskDefinition', { taskDefinition }),
    },
    ListTaskDefinitionFamilies: {
      ...ofEcs,
      input: { familyPrefix: 'ListTaskDefinitionFamilies', status: 'ACTIVE' },
      items: /ListTaskDefinitionFamilies-\d+/g,
      make: family => arnOf(ecs, 'RegisterTaskDefinition', { family, containerDefinitions: [app] }, 'taskDefinitionArn'),
      remove: taskDefinition => done(ecs, 'DeregisterTaskDefinition', { taskDefinition }),
    },
    ListServices: {
      ...ofEcs,
      standard: 10,
      input: { cluster: 'services' },
      items: inEcs('service/'),
      make: name => service('services', name, {}),
      remove: name => done(ecs, 'DeleteService', { cluster: 'services', service: name }),
    },
    ListServicesByNamespace: {
      ...ofEcs,
      standard: 10,
      input: { namespace: 'connect' },
      items: inEcs('service/'),
      make: name => service('connected', name, { serviceConnectConfiguration: { enabled: true, namespace: 'connect' } }),
      remove: name => done(ecs, 'DeleteService', { cluster: 'connected', service: name }),
    },
    ListTasks: {
      ...ofEcs,
      input: { cluster, desiredStatus: 'STOPPED' },
      items: inEcs('task/'),
      make: async () => {
        const task = await arnOf(ecs, 'RunTask', { cluster, taskDefinition: 'web' }, 'taskArn')
        return does(ecs, 'StopTask', { cluster, task })
      },
    },
    ListContainerInstances: {
      ...ofEcs,
      input: { cluster },
      items: inEcs('container-instance/'),
      make: () => arnOf(ecs, 'RegisterContainerInstance', { cluster }, 'containerInstanceArn'),
      remove: containerInstance => done(ecs, 'DeregisterContainerInstance', { cluster, containerInstance, force: true }),
    },
    ListAttributes: {
      ...ofEcs,
      input: { cluster: 'services', targetType: 'container-instance' },
      items: /\{"name":[^}]*\}/g,
      make: name => does(ecs, 'PutAttributes', { cluster: 'services', attributes: [attribute(name)] }),
      remove: name => done(ecs, 'DeleteAttributes', { cluster: 'services', attributes: [attribute(name)] }),
    },
    ListAccountSettings: {
      ...ofEcs,
      standard: 10,
      most: 10,
      count: 0,
      input: { effectiveSettings: true },
      items: /"name":"[^"]*/g,
    },
    DescribeCapacityProviders: {
      ...ofEcs,
      standard: 10,
      most: 10,
      count: 11,
      input: {},
      items: inEcs('capacity-provider/'),
      make: name => does(ecs, 'CreateCapacityProvider', { name, autoScalingGroupProvider }),
    },
    ListServiceDeployments: {
      ...ofEcs,
      standard: 20,
      input: { cluster, service: 'web' },
      items: inEcs('service-deployment/'),
      make: () => does(ecs, 'UpdateService', { cluster, service: 'web', forceNewDeployment: true }),
    },
    ListDaemonDeployments: {
      ...ofEcs,
      standard: 20,
      count: 21,
      input: { daemonArn },
      items: inEcs('daemon-deployment/'),
      make: () => does(ecs, 'UpdateDaemon', { daemonArn, daemonTaskDefinitionArn, capacityProviderArns }),
    },
    ListDaemonTaskDefinitions: {
      ...ofEcs,
      input: { familyPrefix: 'many' },
      items: inEcs('daemon-task-definition/'),
      make: () =>
        arnOf(
          ecs,
          'RegisterDaemonTaskDefinition',
          { family: 'many', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 4 }] },
          'daemonTaskDefinitionArn',
        ),
      remove: daemonTaskDefinition => done(ecs, 'DeleteDaemonTaskDefinition', { daemonTaskDefinition }),
    },
    ListDaemons: {
      ...ofEcs,
      input: { clusterArn: cluster },
      items: inEcs('daemon/'),
      make: daemonName => arnOf(ecs, 'CreateDaemon', { ...daemon, daemonName }, 'daemonArn'),
    },
    ListGateways: {
      ...ofEcs,
      input: {},
      items: inEcs('gateway/'),
      make: name =>
        does(ecs, 'CreateGateway', {
          name,
          infrastructureRoleArn: role,
          deletionProtection: false,
          configuration: { hostSharedAlb: { networkConfiguration: { subnets } } },
        }),
      remove: name => done(ecs, 'DeleteGateway', { gateway: name }),
    },
    ListGatewayClusterAssociations: {
      ...ofEcs,
      input: { gateway: 'routes' },
      items: inEcs('cluster/'),
      make: async clusterName => {
        await done(ecs, 'CreateCluster', { clusterName })
        return does(ecs, 'AssociateGatewayWithCluster', { gateway: 'routes', cluster: clusterName })
      },
      remove: name => done(ecs, 'DisassociateGatewayFromCluster', { gateway: 'routes', cluster: name }),
    },
    ListGatewayRoutes: {
      ...ofEcs,
      count: 3,
      input: { gateway: 'routes' },
      items: inEcs('gateway-route/'),
      make: name =>
        service('routed', name, {
          taskDefinition: 'routed',
          networkConfiguration: { awsvpcConfiguration: { subnets } },
          gatewayConnectors: [{ gatewayName: 'routes', portName: 'http' }],
        }),
    },
  }
}
