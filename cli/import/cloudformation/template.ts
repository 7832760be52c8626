import { CliError } from '../../../shared/errors.ts'
import { type Input, recordOf } from '../wanted.ts'

export interface Template {
  /** Of the file, without its endings: what the stack is called. */
  readonly stack: string
  /** The file's own name, by which a parent names it. */
  readonly file: string
  readonly resources: ReadonlyMap<string, Resource>
  readonly parameters: Input
  readonly conditions: Input
  readonly mappings: Input
  readonly outputs: Input
}

export interface Resource {
  readonly type: string
  readonly properties: Input
  readonly condition?: string
  /** Of a nested stack that CDK wrote: the file of its template. */
  readonly asset?: string
  readonly dependsOn: readonly string[]
}

/** Whether a document is a template: resources, each with a type of AWS'. */
export const isTemplate = (document: Input): boolean =>
  Object.values(recordOf(document['Resources']) ?? {}).some(each => String(recordOf(each)?.['Type']).includes('::'))

/** Throws `CliError` for what has no resources. */
export const readTemplate = (document: Input, stack: string, file = stack): Template => {
  const resources = recordOf(document['Resources'])
  if (resources === undefined) throw new CliError(`${stack} has no resources.`, 'Name a CloudFormation template.', { exitCode: 2 })
  return {
    stack,
    file,
    resources: new Map(Object.entries(resources).map(([id, value]) => [id, readResource(recordOf(value) ?? {})])),
    parameters: recordOf(document['Parameters']) ?? {},
    conditions: recordOf(document['Conditions']) ?? {},
    mappings: recordOf(document['Mappings']) ?? {},
    outputs: recordOf(document['Outputs']) ?? {},
  }
}

const readResource = (value: Input): Resource => {
  const { Type, Properties, Condition, DependsOn, Metadata } = value
  const asset = recordOf(Metadata)?.['aws:asset:path']
  return {
    type: String(Type),
    properties: recordOf(Properties) ?? {},
    ...(typeof Condition === 'string' && { condition: Condition }),
    ...(typeof asset === 'string' && { asset }),
    dependsOn: (Array.isArray(DependsOn) ? DependsOn : DependsOn === undefined ? [] : [DependsOn]).map(String),
  }
}
