import { CliError } from '../../../shared/errors.ts'
import { shortName } from '../names.ts'
import type { Place } from '../place.ts'
import { reference } from '../value.ts'
import { type Input, type Source, type Wanted, recordOf, textOf } from '../wanted.ts'
import { type Container, containerOf, dependenciesOf } from './container.ts'
import { type PublishedPort, eachOnce } from './ports.ts'
import type { Project } from './project.ts'

// Each service becomes an ECS service with tasks of its own and a name in Cloud Map; published ports are listeners of one
// Network Load Balancer; a service that others wait for until it completed is a container of their tasks, which ends
// before they start.

export interface ComposeOptions {
  readonly name: string
  /** What Compose itself calls the project. */
  readonly project: string
  readonly place: Place
  readonly outer: Project['outer']
  readonly envFiles: Project['envFiles']
  /** Profiles whose services are wanted beside those that have none. */
  readonly profiles: readonly string[]
}

interface Service {
  readonly name: string
  readonly input: Input
  readonly needs: ReadonlyMap<string, string>
}

/** Throws `CliError` for a file that is none, for services without an image or a build, and for what cannot be left out. */
export const composeSource = (document: Input, options: ComposeOptions): Source => {
  const notes: string[] = []
  const services = servicesOf(document, options, notes)
  const jobs = new Set(
    services.flatMap(({ needs }) => [...needs].filter(([, when]) => when === 'service_completed_successfully').map(([name]) => name)),
  )
  const lasting = services.filter(({ name }) => !jobs.has(name))
  const project: Project = {
    name: options.name,
    services: lasting.map(({ name }) => name),
    namespace: `${options.name}.internal`,
    account: options.place.account,
    region: options.place.region,
    volumes: recordOf(document['volumes']) ?? {},
    secrets: recordOf(document['secrets']) ?? {},
    outer: options.outer,
    envFiles: options.envFiles,
  }
  const byName = new Map(services.map(each => [each.name, each]))
  const containers = new Map(
    services.map(each => [each.name, containerOf(each.name, each.input, project, clause => notes.push(`${each.name}: ${clause}.`))]),
  )
  const { network } = options.place
  const wanted: Wanted[] = [
    { kind: 'cluster', id: 'cluster', name: project.name, input: { clusterName: project.name } },
    {
      kind: 'namespace',
      id: 'namespace',
      name: project.namespace,
      input: { Type: 'DNS_PRIVATE', Name: project.namespace, Vpc: network.vpc },
    },
  ]
  const published = lasting.flatMap(({ name }) => (containers.get(name)?.ports ?? []).map(port => ({ service: name, ...port })))
  if (published.length > 0) wanted.push(...balanced(project, eachOnce(published), network))
  for (const job of jobs) notes.push(`${job} is a container of the tasks of those that wait for it, so it runs at each start of them.`)
  for (const each of lasting) wanted.push(...wantedOf(each, { project, byName, containers, network, notes }))
  return { wanted, notes }
}

const servicesOf = (document: Input, { project, profiles }: ComposeOptions, notes: string[]): readonly Service[] => {
  const declared = recordOf(document['services'])
  if (declared === undefined) throw new CliError('The Compose file has no services.', 'It is to have a list `services`.', { exitCode: 2 })
  for (const member of Object.keys(document)) {
    if (['include', 'configs', 'models'].includes(member)) notes.push(`\`${member}\` of the file is not mapped.`)
  }
  return Object.entries(declared).flatMap(([name, value]) => {
    const input = recordOf(value) ?? {}
    const own = Array.isArray(input['profiles']) ? input['profiles'].map(String) : []
    if (own.length > 0 && !own.some(profile => profiles.includes(profile))) {
      notes.push(`${name} is left out: it belongs to the profile ${own.join(', ')} (--profile).`)
      return []
    }
    if (input['extends'] !== undefined) {
      throw new CliError(`${name} extends another service.`, 'Write it out first: docker compose config > whole.yml', { exitCode: 2 })
    }
    return [{ name, input: withImage(name, input, project), needs: dependenciesOf(input['depends_on']) }]
  })
}

/** One that is built and names no image has the name that Compose gives it. @see https://docs.docker.com/reference/compose-file/build/ */
const withImage = (name: string, input: Input, project: string): Input => {
  if (textOf(input['image']) !== '') return input
  if (input['build'] !== undefined) return { ...input, image: `${project}-${name}` }
  throw new CliError(`${name} has neither an image nor a build.`, 'A service has one of them.', { exitCode: 2 })
}

interface Around {
  readonly project: Project
  readonly byName: ReadonlyMap<string, Service>
  readonly containers: ReadonlyMap<string, Container>
  readonly network: Place['network']
  readonly notes: string[]
}

/** The job itself and those that it waits for, each with its `dependsOn`. */
const jobsBefore = (service: Service, around: Around, found = new Map<string, Service>()): ReadonlyMap<string, Service> => {
  for (const [name, when] of service.needs) {
    const job = around.byName.get(name)
    if (job === undefined || when !== 'service_completed_successfully' || found.has(name)) continue
    found.set(name, job)
    jobsBefore(job, around, found)
  }
  return found
}

const dependsOn = ({ needs }: Service): Input => {
  const before = [...needs].filter(([, when]) => when === 'service_completed_successfully')
  return before.length === 0 ? {} : { dependsOn: before.map(([containerName]) => ({ containerName, condition: 'SUCCESS' })) }
}

const wantedOf = (service: Service, around: Around): readonly Wanted[] => {
  const { project, containers, network, notes, byName } = around
  const { name, input } = service
  const jobs = [...jobsBefore(service, around).values()]
  const all = [service, ...jobs]
  const definitions = all.map(each => ({
    ...containers.get(each.name)?.definition,
    ...(each === service ? {} : { essential: false }),
    ...dependsOn(each),
  }))
  const volumes = all.flatMap(each => containers.get(each.name)?.volumes ?? [])
  const after = all.flatMap(({ needs }) => [...needs]).filter(([, when]) => when !== 'service_completed_successfully')
  const missing = after.find(([other]) => !byName.has(other))
  if (missing !== undefined) notes.push(`${name} depends on ${missing[0]}, which is left out.`)
  noteRestart(name, input, notes)
  const hasSecrets = definitions.some(each => 'secrets' in each)
  const ports = containers.get(name)?.ports ?? []
  const { replicas } = recordOf(input['deploy']) ?? {}
  return [
    {
      kind: 'discovery service',
      id: `discovery ${name}`,
      name: `${name}.${project.namespace}`,
      input: {
        Name: name,
        DnsConfig: {
          NamespaceId: reference('namespace', 'id'),
          RoutingPolicy: 'MULTIVALUE',
          DnsRecords: [{ Type: 'A', TTL: 5 }],
        },
        HealthCheckCustomConfig: { FailureThreshold: 1 },
      },
    },
    {
      kind: 'task definition',
      id: `task definition ${name}`,
      name: `${project.name}-${name}`,
      input: {
        family: `${project.name}-${name}`,
        networkMode: 'awsvpc',
        containerDefinitions: definitions,
        ...(volumes.length > 0 && { volumes: [...new Map(volumes.map(each => [each['name'], each])).values()] }),
        ...(hasSecrets && { executionRoleArn: `arn:aws:iam::${project.account}:role/ecsTaskExecutionRole` }),
      },
    },
    {
      kind: 'service',
      id: `service ${name}`,
      name: `${project.name}/${name}`,
      after: after.map(([other]) => `service ${other}`),
      input: {
        cluster: project.name,
        serviceName: name,
        taskDefinition: reference(`task definition ${name}`),
        desiredCount: Number(replicas ?? input['scale'] ?? 1),
        launchType: 'EC2',
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
        networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
        serviceRegistries: [{ registryArn: reference(`discovery ${name}`) }],
        ...(ports.length > 0 && {
          // Compose has no such checks: what starts slowly is not to be replaced for it.
          healthCheckGracePeriodSeconds: 120,
          loadBalancers: uniquePorts(ports).map(({ container, protocol }) => ({
            targetGroupArn: reference(groupId(name, container, protocol)),
            containerName: name,
            containerPort: container,
          })),
        }),
      },
    },
  ]
}

const noteRestart = (name: string, input: Input, notes: string[]): void => {
  const restart = textOf(input['restart']) || textOf(recordOf(recordOf(input['deploy'])?.['restart_policy'])?.['condition'])
  if (/^(no|none|on-failure)/.test(restart))
    notes.push(`${name}: \`restart: ${restart}\` is not kept: a service replaces each task that ends.`)
}

const groupId = (service: string, port: number, protocol: string): string => `targets ${service} ${port}/${protocol}`

const uniquePorts = (ports: readonly PublishedPort[]): readonly PublishedPort[] => [
  ...new Map(ports.map(port => [`${port.container}/${port.protocol}`, port])).values(),
]

/** One load balancer with a listener for each published port. */
const balanced = (
  { name }: Project,
  published: readonly (PublishedPort & { readonly service: string })[],
  network: Place['network'],
): readonly Wanted[] => {
  const balancer = shortName([name], 32)
  const groups = new Map(published.map(each => [groupId(each.service, each.container, each.protocol), each]))
  return [
    {
      kind: 'load balancer',
      id: 'load balancer',
      name: balancer,
      input: { Name: balancer, Type: 'network', Scheme: 'internet-facing', Subnets: network.subnets },
    },
    ...[...groups].map(([id, { service, container, protocol }]): Wanted => {
      const group = shortName([name, service, String(container), ...(protocol === 'udp' ? ['udp'] : [])], 32)
      return {
        kind: 'target group',
        id,
        name: group,
        input: {
          Name: group,
          Protocol: protocol.toUpperCase(),
          Port: container,
          VpcId: network.vpc,
          TargetType: 'ip',
          HealthCheckProtocol: 'TCP',
          HealthCheckIntervalSeconds: 5,
          HealthCheckTimeoutSeconds: 2,
          HealthyThresholdCount: 2,
          TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
        },
      }
    }),
    ...published.map(({ service, container, published: port = container, protocol }): Wanted => ({
      kind: 'listener',
      id: `listener ${port}/${protocol}`,
      name: `${balancer}:${port}/${protocol}`,
      input: {
        LoadBalancerArn: reference('load balancer'),
        Port: port,
        Protocol: protocol.toUpperCase(),
        DefaultActions: [{ Type: 'forward', TargetGroupArn: reference(groupId(service, container, protocol)) }],
      },
    })),
  ]
}
