import { type Input, recordOf, recordsOf, tagsOf, textOf, importTag, without } from '../wanted.ts'
import { type Kind, type KindContext, type Present, pages } from './kind.ts'

/** What DescribeTaskDefinition adds to what was registered. */
export const readOnlyMembers = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'deregisteredAt',
  'registeredBy',
  'deleteRequestedAt',
]

/** Members that no one has who does not say them: what a file no longer says is taken away. */
const optional = ['taskRoleArn', 'executionRoleArn', 'volumes', 'placementConstraints', 'proxyConfiguration', 'pidMode', 'ipcMode']
const optionalOfContainers = [
  'command entryPoint environment environmentFiles secrets mountPoints volumesFrom dependsOn healthCheck links dockerLabels',
  'ulimits linuxParameters logConfiguration user workingDirectory portMappings resourceRequirements systemControls memory',
  'memoryReservation repositoryCredentials restartPolicy startTimeout stopTimeout hostname extraHosts dnsServers',
  'privileged readonlyRootFilesystem pseudoTerminal interactive disableNetworking firelensConfiguration',
].flatMap(line => line.split(' '))

/** With `null` for each of these that is not there, or is false, which is the same. */
const filledUp = (value: Input, members: readonly string[]): Input => ({
  ...value,
  ...Object.fromEntries(members.flatMap(member => (value[member] === undefined || value[member] === false ? [[member, null]] : []))),
})

const shape = (input: Input): Input => {
  const own = without(input, ['tags', ...readOnlyMembers])
  const containerDefinitions = recordsOf(own['containerDefinitions']).map(each => filledUp(each, optionalOfContainers))
  return { ...filledUp(own, optional), containerDefinitions }
}

const presentOf = (definition: Input, tags: unknown): Present => {
  const arn = textOf(definition['taskDefinitionArn'])
  const [family, revision] = [textOf(definition['family']), String(definition['revision'])]
  return { arn, name: family, members: shape(definition), attributes: { arn, family, revision }, tags: tagsOf(tags) }
}

const described = async ({ api }: KindContext, name: string): Promise<Present> => {
  const { taskDefinition, tags } = await api.json('ecs', 'DescribeTaskDefinition', { taskDefinition: name, include: ['TAGS'] })
  return presentOf(recordOf(taskDefinition) ?? {}, tags)
}

/**
 * A change is a new revision. The newest revision of a family is what is there: one that was registered by hand since
 * is not of the import, whose next revision then follows it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export const taskDefinition: Kind = {
  all: async context => {
    const families = await pages(
      nextToken => context.api.json('ecs', 'ListTaskDefinitionFamilies', { status: 'ACTIVE', nextToken }),
      'families',
      'nextToken',
    )
    return Promise.all(families.map(family => described(context, textOf(family))))
  },
  create: async ({ api }, input) => {
    const { taskDefinition: made, tags } = await api.json('ecs', 'RegisterTaskDefinition', input)
    return presentOf(recordOf(made) ?? {}, tags)
  },
  change: async ({ api }, _present, input) => {
    const { taskDefinition: made, tags } = await api.json('ecs', 'RegisterTaskDefinition', input)
    return presentOf(recordOf(made) ?? {}, tags)
  },
  remove: async (context, { name, tags }) => {
    const { api } = context
    const revisions = await pages(
      nextToken => api.json('ecs', 'ListTaskDefinitions', { familyPrefix: name, status: 'ACTIVE', nextToken }),
      'taskDefinitionArns',
      'nextToken',
    )
    for (const arn of revisions.map(textOf)) {
      const revision = await described(context, arn)
      if (revision.tags[importTag] === tags[importTag]) await api.json('ecs', 'DeregisterTaskDefinition', { taskDefinition: arn })
    }
  },
  shape,
  fixed: ['family'],
  service: 'ecs',
  // A family that is there gets a further revision.
  nameOf: () => undefined,
  sameName: 'is used',
}
