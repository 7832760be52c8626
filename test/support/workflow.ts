// A GitHub workflow's job as the runner carries it out, as far as ours go: `run` and `uses` steps, composite actions of this
// checkout, `if: failure()`, and the files by which steps hand on variables, paths and outputs.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { execute } from './instance.ts'

const root = join(import.meta.dir, '../..')
/** Actions of this checkout, by the address that others use them by. */
const ours = /^nandemo-ya\/kecs\/([\w/]+)@/

interface Step {
  readonly id?: string
  readonly if?: string
  readonly run?: string
  readonly shell?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, unknown>>
}
interface Action {
  readonly inputs?: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>
  readonly outputs?: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

export interface Job {
  readonly ok: boolean
  /** All that steps printed. */
  readonly log: string
  /** What was uploaded, and whether there was such a file. */
  readonly artifacts: readonly { readonly name: string; readonly path: string; readonly isThere: boolean }[]
}

export interface JobOptions {
  /** The workflow's file, and its job. */
  readonly workflow: string
  readonly job: string
  /** What is checked out. */
  readonly workspace: string
  /** The runner's own folder. */
  readonly temp: string
  readonly env: Readonly<Record<string, string>>
  /** Inputs of our actions that are otherwise in this run. */
  readonly with?: Readonly<Record<string, string>>
}

/** What `${{ … }}` may name within the steps of a job or of an action. */
type Context = Readonly<Record<string, string>>

export const runJob = async (options: JobOptions): Promise<Job> => {
  const { workflow, job, workspace, temp } = options
  const { jobs } = parse(readFileSync(workflow, 'utf8')) as { jobs: Record<string, { steps: readonly Step[] }> }
  mkdirSync(temp, { recursive: true })
  const file = (name: string): string => join(temp, name)
  const variables: Record<string, string> = { ...options.env, GITHUB_WORKSPACE: workspace, RUNNER_TEMP: temp, CI: 'true' }
  const artifacts: Job['artifacts'][number][] = []
  let log = ''
  let ok = true

  const shell = async (step: Step, context: Context, actionPath: string | undefined): Promise<Context> => {
    const own = { ...mapped(step.env, context), ...(actionPath === undefined ? {} : { GITHUB_ACTION_PATH: actionPath }) }
    const handed = { GITHUB_ENV: file('env'), GITHUB_PATH: file('path'), GITHUB_OUTPUT: file('output') }
    for (const path of Object.values(handed)) writeFileSync(path, '')
    const script = file('step.sh')
    writeFileSync(script, `cd '${workspace}'\n${expand(step.run ?? '', context)}`)
    const command = step.shell === 'sh' ? ['sh', '-e', script] : ['bash', '-e', script]
    const { code, stdout, stderr } = await execute(command, { env: { ...variables, ...own, ...handed }, timeoutMs: 300_000 })
    log += stdout + stderr
    if (code !== 0) throw new Error(`${step.run} ended with ${code}`)
    Object.assign(variables, pairs(handed.GITHUB_ENV))
    for (const path of lines(handed.GITHUB_PATH)) variables['PATH'] = `${path}:${variables['PATH']}`
    return pairs(handed.GITHUB_OUTPUT)
  }

  const action = async (path: string, given: Readonly<Record<string, string>>): Promise<Context> => {
    const folder = join(root, path)
    const { inputs = {}, outputs = {}, runs } = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as Action
    for (const name of Object.keys(given)) if (inputs[name] === undefined) throw new Error(`${path} has no input ${name}`)
    const values = Object.entries(inputs).map(([name, { required, default: usual }]) => {
      if (required === true && given[name] === undefined) throw new Error(`${path} needs the input ${name}`)
      return [`inputs.${name}`, options.with?.[name] ?? given[name] ?? usual ?? ''] as const
    })
    const context = await steps(runs.steps, Object.fromEntries(values), folder)
    return mapped(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])), context)
  }

  const one = async (step: Step, context: Context, actionPath: string | undefined): Promise<Context> => {
    if (step.uses === undefined) return shell(step, context, actionPath)
    const given = mapped(step.with, context)
    const path = ours.exec(step.uses)?.[1]
    if (path !== undefined) return action(path, given)
    if (step.uses.startsWith('actions/checkout@')) return {}
    if (!step.uses.startsWith('actions/upload-artifact@')) throw new Error(`${step.uses} is not known here`)
    const { name = '', path: uploaded = '', overwrite } = given
    if (overwrite !== 'true' && artifacts.some(each => each.name === name)) throw new Error(`an artifact ${name} exists already`)
    artifacts.push({ name, path: uploaded, isThere: existsSync(uploaded) })
    return {}
  }

  /** Runs steps until one fails, and behind that those for failures alone; the contexts of what they had to say. */
  const steps = async (all: readonly Step[], before: Context, actionPath?: string): Promise<Context> => {
    let context: Context = { 'runner.temp': temp, 'github.job': job, ...before }
    let failure: Error | undefined
    for (const step of all) {
      if (step.if !== undefined && step.if !== 'failure()') throw new Error(`if: ${step.if} is not known here`)
      if ((failure !== undefined) !== (step.if === 'failure()')) continue
      try {
        const outputs = await one(step, context, actionPath)
        for (const [name, value] of Object.entries(outputs)) context = { ...context, [`steps.${step.id}.outputs.${name}`]: value }
      } catch (error) {
        const failed = error instanceof Error ? error : new Error(String(error))
        log += `${failed.message}\n`
        failure ??= failed
      }
    }
    if (failure !== undefined) throw failure
    return context
  }

  const found = jobs[job]
  if (found === undefined) throw new Error(`${workflow} has no job ${job}`)
  await steps(found.steps, {}).catch(() => (ok = false))
  return { ok, log, artifacts }
}

const expand = (text: string, context: Context): string =>
  text.replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => {
    const value = context[name]
    if (value === undefined) throw new Error(`there is no ${name}`)
    return value
  })

const mapped = (values: Readonly<Record<string, unknown>> = {}, context: Context): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expand(String(value), context)]))

const lines = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')

/** Lines of KEY=value. */
const pairs = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(lines(path).map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
