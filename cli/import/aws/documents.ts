import { type Input, listOf, recordOf, recordsOf, textOf } from '../wanted.ts'

/** What the AWS CLI's describe commands answered, together. */
export interface AwsDocuments {
  readonly clusters: readonly Input[]
  readonly capacityProviders: readonly Input[]
  /** Each with its tags. */
  readonly taskDefinitions: readonly Input[]
  readonly services: readonly Input[]
  readonly loadBalancers: readonly Input[]
  readonly targetGroups: readonly Input[]
  readonly listeners: readonly Input[]
  readonly rules: readonly Input[]
  /** Of ELBv2: by ARN. */
  readonly tags: ReadonlyMap<string, readonly Input[]>
  readonly namespaces: readonly Input[]
  readonly discoveryServices: readonly Input[]
}

/** JSON documents behind one another, as several commands write them into one file. Throws `SyntaxError`. */
export const splitJson = (text: string): readonly unknown[] => {
  const found: unknown[] = []
  let depth = 0
  let start = -1
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInText) {
      if (character === '\\') at++
      else if (character === '"') isInText = false
      continue
    }
    if (character === '"') isInText = true
    if (character === '{' || character === '[') {
      if (depth === 0) start = at
      depth++
    }
    if (character === '}' || character === ']') depth--
    if (depth === 0 && start >= 0) {
      found.push(JSON.parse(text.slice(start, at + 1)))
      start = -1
    }
  }
  if (depth !== 0 || found.length === 0) throw new SyntaxError('It ends within a document.')
  return found
}

/** Whether a document is an answer of one of these commands, or input of one that makes something. */
export const isAwsDocument = (document: Input): boolean => Object.values(partsOf(document)).some(part => part.length > 0)

type Lists = Omit<AwsDocuments, 'tags'>

const partsOf = (document: Input): Lists => {
  const one = (name: string): readonly Input[] => recordsOf([document[name]])
  const isDefinition = document['family'] !== undefined && document['containerDefinitions'] !== undefined
  const isService = document['serviceName'] !== undefined && document['taskDefinition'] !== undefined
  const definition = recordOf(document['taskDefinition'])
  const isCluster = document['clusterName'] !== undefined
  return {
    clusters: [...recordsOf(document['clusters']), ...one('cluster'), ...(isCluster ? [document] : [])],
    capacityProviders: recordsOf(document['capacityProviders']),
    taskDefinitions: [
      ...(definition === undefined ? [] : [{ ...definition, tags: document['tags'] ?? definition['tags'] }]),
      ...(isDefinition ? [document] : []),
    ],
    services: [...recordsOf(document['services']), ...one('service'), ...(isService ? [document] : [])],
    loadBalancers: recordsOf(document['LoadBalancers']),
    targetGroups: recordsOf(document['TargetGroups']),
    listeners: recordsOf(document['Listeners']),
    rules: recordsOf(document['Rules']),
    namespaces: [...recordsOf(document['Namespaces']), ...one('Namespace')],
    discoveryServices: [...recordsOf(document['Services']), ...one('Service')],
  }
}

export const awsDocuments = (documents: readonly unknown[]): AwsDocuments => {
  const records = documents.flatMap(each => (Array.isArray(each) ? recordsOf(each) : recordsOf([each])))
  const parts = records.map(partsOf)
  const all = (member: keyof Lists): readonly Input[] => parts.flatMap(part => part[member])
  const described = records.flatMap(each => recordsOf(each['TagDescriptions']))
  return {
    clusters: all('clusters'),
    capacityProviders: all('capacityProviders'),
    taskDefinitions: all('taskDefinitions'),
    services: all('services'),
    loadBalancers: all('loadBalancers'),
    targetGroups: all('targetGroups'),
    listeners: all('listeners'),
    rules: all('rules'),
    namespaces: all('namespaces'),
    discoveryServices: all('discoveryServices'),
    tags: new Map(described.map(each => [textOf(each['ResourceArn']), recordsOf(listOf(each['Tags']))])),
  }
}
