import { contextDriver } from './context.ts'
import type { Docker } from './docker.ts'
import type { ClusterDriver, DriverName } from './driver.ts'
import { k3dDriver } from './k3d.ts'
import { kindDriver } from './kind.ts'

export interface DriverParts {
  readonly docker: Docker
  /** Path of k3d or kind; the driver `context` needs none. */
  readonly program: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The driver of that name. `simulated` is not among them: it needs no cluster. */
export const makeDriver = (name: Exclude<DriverName, 'simulated'>, parts: DriverParts): ClusterDriver => makers[name](parts)

const makers = { k3d: k3dDriver, kind: kindDriver, context: contextDriver } as const
