import type { Input } from '../wanted.ts'
import type { Variables } from './interpolate.ts'

/** What services of a Compose file share. */
export interface Project {
  readonly name: string
  /** Names of the services that become ECS services: what others call. */
  readonly services: readonly string[]
  /** The namespace in which they are found, such as `shop.internal`. */
  readonly namespace: string
  readonly account: string
  readonly region: string
  readonly volumes: Input
  readonly secrets: Input
  /** The environment of whoever runs the command, and `.env`. */
  readonly outer: Variables
  /** What each env file has, by its path as the file names it. */
  readonly envFiles: ReadonlyMap<string, Readonly<Record<string, string>>>
}
