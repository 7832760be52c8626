import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { CliError, isMissing, messageOf } from '../../shared/errors.ts'
import { splitJson } from './aws/documents.ts'
import { readYaml } from './cloudformation/read-yaml.ts'

export interface ReadDocument {
  /** Its path, or `-`. */
  readonly file: string
  /** The folder that paths in it are relative to. */
  readonly folder: string
  readonly value: unknown
}

const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/**
 * The documents of files, folders and standard input (`-`), several of one file where it is JSON. Of a folder: its Compose
 * file, else CDK's templates, else every JSON and YAML file. Throws `CliError` for what cannot be read.
 */
export const readFiles = async (paths: readonly string[], cwd: string): Promise<readonly ReadDocument[]> => {
  const found: ReadDocument[] = []
  for (const path of paths) {
    if (path === '-') {
      found.push(...(await documentsOf('-', cwd, await textOfStream(process.stdin))))
      continue
    }
    for (const file of await filesOf(resolve(cwd, path))) {
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw unreadable(file, cause)
      })
      found.push(...(await documentsOf(file, dirname(file), text)))
    }
  }
  return found
}

const filesOf = async (path: string): Promise<readonly string[]> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).toSorted()
  const compose = composeNames.find(name => names.includes(name))
  if (compose !== undefined) return [join(path, compose)]
  const templates = await cdkTemplatesOf(path, names)
  const files = templates.length > 0 ? templates : names.filter(name => /\.(json|ya?ml)$/.test(name))
  if (files.length > 0) return files.map(name => join(path, name))
  throw new CliError(`${path} has nothing to import.`, 'It is to have JSON or YAML files.', { exitCode: 2 })
}

/** Those that CDK wrote, also of its stages, which have folders of their own (assembly-Prod). */
const cdkTemplatesOf = async (path: string, names: readonly string[]): Promise<readonly string[]> => {
  const stages = await Promise.all(
    names
      .filter(name => name.startsWith('assembly-'))
      .map(async stage => (await cdkTemplatesOf(join(path, stage), await readdir(join(path, stage)))).map(name => join(stage, name))),
  )
  return [...names.filter(name => name.endsWith('.template.json')), ...stages.flat().toSorted()]
}

const documentsOf = async (file: string, folder: string, text: string): Promise<readonly ReadDocument[]> => {
  try {
    const values = /^\s*[[{]/.test(text) && !/\.ya?ml$/.test(file) ? splitJson(text) : [await readYaml(text)]
    return values.map(value => ({ file, folder, value }))
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

const unreadable = (file: string, cause: unknown): CliError =>
  new CliError(
    isMissing(cause) ? `There is no ${file}.` : `${file === '-' ? 'Standard input' : file} cannot be read: ${messageOf(cause)}`,
    'Name a Compose file, a template, or what the AWS CLI answered.',
    {
      exitCode: 2,
      cause,
    },
  )

/** What a file's stack or import is called: its name without endings, its folder's where it is a Compose file. */
export const stem = (file: string): string => {
  const name = basename(file)
  return composeNames.includes(name) ? basename(dirname(resolve(file))) : name.replace(/(\.template)?\.(json|ya?ml)$/, '')
}
