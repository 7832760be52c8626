import { CliError } from '../../shared/errors.ts'
import type { DriverName } from './driver.ts'
import type { ToolName } from './tools.ts'

/** What is found on this machine; asked only as far as the choice needs it. */
export interface Surroundings {
  /** Docker's daemon answers. */
  docker(): Promise<boolean>
  /** A tool's path; undefined when it is missing. */
  tool(name: ToolName): Promise<string | undefined>
}

export interface DriverChoice {
  readonly driver: DriverName
  /** The tool's path, for k3d and kind, when it is there. */
  readonly program?: string
  /** The tool that must be fetched first. */
  readonly fetch?: ToolName
  /** Nobody asked for simulated tasks: it must be said, loudly. */
  readonly isFallback?: boolean
}

export interface DriverQuestion {
  /** From a flag, the environment or a file. */
  readonly asked: DriverName | undefined
  /** What the instance already lies on. */
  readonly remembered: DriverName | undefined
  /** On a build server nobody reads a notice, and a test on simulated tasks would prove nothing. */
  readonly isCi: boolean
}

/** What the instance shall lie on. Throws `CliError` where only simulated tasks are possible and nobody is there to be told. */
export const chooseDriver = async ({ asked, remembered, isCi }: DriverQuestion, around: Surroundings): Promise<DriverChoice> => {
  const wanted = asked ?? remembered
  if (wanted === 'simulated' || wanted === 'context') return { driver: wanted }
  if (wanted !== undefined) return withTool(wanted, await around.tool(wanted))
  if (await around.docker()) {
    for (const name of ['k3d', 'kind'] as const) {
      const program = await around.tool(name)
      if (program !== undefined) return { driver: name, program }
    }
    return { driver: 'k3d', fetch: 'k3d' }
  }
  if (!isCi) return { driver: 'simulated', isFallback: true }
  throw new CliError(
    'Docker does not answer, so there is nothing for a Kubernetes cluster to run on.',
    [...howToGetReal, 'Or ask for simulated tasks, which run no container: kecs up --driver simulated'].join('\n'),
  )
}

const withTool = (name: ToolName, program: string | undefined): DriverChoice =>
  program === undefined ? { driver: name, fetch: name } : { driver: name, program }

/** How a person gets from simulated to real tasks. */
export const howToGetReal = [
  'Install Docker (https://docs.docker.com/get-docker/) or start it, so that `docker ps` answers; kecs brings the rest.',
] as const
