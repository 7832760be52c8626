import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { CliError, messageOf } from '../../shared/errors.ts'
import { awsDocuments, isAwsDocument } from './aws/documents.ts'
import { awsSource } from './aws/source.ts'
import { cloudFormationSource } from './cloudformation/source.ts'
import { isTemplate, readTemplate } from './cloudformation/template.ts'
import { envFilesOf } from './compose/container.ts'
import { type Variables, interpolateAll, readEnvFile } from './compose/interpolate.ts'
import { composeSource } from './compose/source.ts'
import { importName, projectName } from './names.ts'
import type { Place } from './place.ts'
import { type ReadDocument, readFiles, stem } from './read-files.ts'
import { type Input, type Source, recordOf } from './wanted.ts'

export interface SourceOptions {
  readonly paths: readonly string[]
  readonly cwd: string
  readonly env: Variables
  /** What the import is to be called, where that was said. */
  readonly name: string | undefined
  readonly place: Place
  readonly parameters: ReadonlyMap<string, string>
  readonly replacements: ReadonlyMap<string, string>
  readonly profiles: readonly string[]
  readonly standsIn: boolean
}

export interface NamedSource extends Source {
  readonly name: string
}

type Format = 'compose' | 'template' | 'aws'

const formatOf = (document: unknown): Format | undefined => {
  if (Array.isArray(document)) return document.every(each => formatOf(each) === 'aws') ? 'aws' : undefined
  const record = recordOf(document)
  if (record === undefined) return undefined
  if (isTemplate(record)) return 'template'
  if (recordOf(record['services']) !== undefined) return 'compose'
  return isAwsDocument(record) ? 'aws' : undefined
}

/** What files, folders and standard input say, whatever their format. Throws `CliError` for what is none of them, and for a mixture. */
export const readSource = async (options: SourceOptions): Promise<NamedSource> => {
  const documents = await readFiles(options.paths, options.cwd)
  const formats = new Map(documents.map(each => [each, formatOf(each.value)]))
  const known = new Set(documents.flatMap(each => formats.get(each) ?? []))
  const [format] = known
  if (format === undefined) {
    throw new CliError(`${titles(documents)} is nothing that can be imported.`, takes, { exitCode: 2 })
  }
  if (known.size > 1) {
    throw new CliError('These files are of several formats.', 'Import those of each format by themselves, with --as NAME.', { exitCode: 2 })
  }
  refuseOthersFlags(format, options)
  const mine = documents.filter(each => formats.get(each) === format)
  const skipped = documents.filter(each => formats.get(each) === undefined).map(({ file }) => `${file} is left out: it is ${nothing}.`)
  const source = await readers[format](mine, options)
  if (source.wanted.length > 0) return { ...source, notes: [...skipped, ...source.notes] }
  throw new CliError(`${titles(mine)} has nothing of ECS and ELBv2.`, takes, {
    exitCode: 2,
    details: source.notes,
  })
}

const formatNames: Readonly<Record<Format, { readonly one: string; readonly all: string }>> = {
  compose: { one: 'a Compose file', all: 'Compose files' },
  template: { one: 'a template', all: 'templates' },
  aws: { one: 'an answer of an AWS account', all: 'answers of an AWS account' },
}

/** What is said of one format means nothing to another: left out without a word it would be a mistake that nobody sees. */
const refuseOthersFlags = (format: Format, { parameters, replacements, profiles, standsIn }: SourceOptions): void => {
  const flags: readonly (readonly [flag: string, of: Format, isGiven: boolean])[] = [
    ['--parameter', 'template', parameters.size > 0],
    ['--stand-ins', 'template', standsIn],
    ['--map', 'aws', replacements.size > 0],
    ['--profile', 'compose', profiles.length > 0],
  ]
  const wrong = flags.find(([, of, isGiven]) => isGiven && of !== format)
  if (wrong === undefined) return
  const [flag, of] = wrong
  throw new CliError(`${flag} is for ${formatNames[of].all}, and this is ${formatNames[format].one}.`, `Leave ${flag} out.`, {
    exitCode: 2,
  })
}

const titles = (documents: readonly ReadDocument[]): string =>
  documents.map(({ file }) => (file === '-' ? 'Standard input' : file)).join(', ')

const nothing = "no Compose file, no template, and no answer of the AWS CLI's"
const takes = 'It takes a Compose file, CloudFormation templates, or what aws ecs and elbv2 describe-… answered.'

const nameOf = ({ name, paths, cwd }: SourceOptions, [first]: readonly ReadDocument[]): string => {
  if (name !== undefined) return importName(name)
  const [path = ''] = paths
  if (path === '-') throw new CliError('What comes from standard input has no name.', 'Say one: --as NAME', { exitCode: 2 })
  const isFile = first !== undefined && resolve(cwd, path) === first.file
  return importName(isFile ? stem(first.file) : basename(resolve(cwd, path)))
}

const fromCompose = async (documents: readonly ReadDocument[], options: SourceOptions): Promise<NamedSource> => {
  const [first, second] = documents
  if (first === undefined || second !== undefined) {
    throw new CliError('Several Compose files are not put together.', 'Do it first: docker compose config > whole.yml', { exitCode: 2 })
  }
  const fromFile = await readFile(join(first.folder, '.env'), 'utf8').then(
    text => readEnvFile(text, options.env),
    () => ({}),
  )
  const outer: Variables = { ...fromFile, ...options.env }
  const document = recordOf(interpolateAll(first.value, outer)) ?? {}
  const declared = typeof document['name'] === 'string' ? document['name'] : undefined
  const name = importName(options.name ?? declared ?? nameOf(options, documents))
  const envFiles = await readEnvFiles(document, first.folder, outer)
  const project = projectName(outer['COMPOSE_PROJECT_NAME'] || declared || basename(first.folder))
  return { name, ...composeSource(document, { name, project, place: options.place, outer, envFiles, profiles: options.profiles }) }
}

const readEnvFiles = async (
  document: Input,
  folder: string,
  outer: Variables,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> => {
  const named = Object.values(recordOf(document['services']) ?? {}).flatMap(service => envFilesOf(recordOf(service)?.['env_file']))
  const found = new Map<string, Readonly<Record<string, string>>>()
  for (const { path, isRequired } of named) {
    const text = await readFile(resolve(folder, path), 'utf8').catch((cause: unknown) => {
      if (!isRequired) return ''
      throw new CliError(`The env file ${path} cannot be read: ${messageOf(cause)}`, 'Write it, or say `required: false`.', {
        exitCode: 2,
        cause,
      })
    })
    found.set(path, readEnvFile(text, outer))
  }
  return found
}

const fromTemplates = async (documents: readonly ReadDocument[], options: SourceOptions): Promise<NamedSource> => {
  const name = nameOf(options, documents)
  const templates = documents.map(({ file, value }) => {
    const stack = documents.length === 1 && options.name !== undefined ? name : file === '-' ? name : stem(file)
    return readTemplate(recordOf(value) ?? {}, stack, basename(file))
  })
  const { place, parameters, standsIn } = options
  return { name, ...cloudFormationSource(templates, { place, parameters, standsIn }) }
}

const fromAws = async (documents: readonly ReadDocument[], options: SourceOptions): Promise<NamedSource> => {
  const { place, replacements } = options
  return { name: nameOf(options, documents), ...awsSource(awsDocuments(documents.map(({ value }) => value)), { place, replacements }) }
}

const readers: Readonly<Record<Format, (documents: readonly ReadDocument[], options: SourceOptions) => Promise<NamedSource>>> = {
  compose: fromCompose,
  template: fromTemplates,
  aws: fromAws,
}
