import { join } from 'node:path'
import type { ClusterUp, Step } from './cluster.ts'
import { type Milestone, together } from './together.ts'

/** Beside the instances' folders; no instance's name begins with a dot. */
const copiesFolder = '.images'

export interface Arrivals {
  /** The control plane's image is in the local Docker. */
  readonly built: Milestone
  /** Each image that is needed, those first that are brought first: it is in the nodes, or theirs to pull. */
  readonly arrivals: ReadonlyMap<string, Milestone>
}

/**
 * Images that the local Docker has and the nodes lack; what Docker lacks too is pulled by the cluster. Two at a time, as
 * a node works on each with one processor: that of the component that starts slowest, and beside it the others.
 */
export const bringImages = async (up: ClusterUp, { signal, progress, done }: Step, { built, arrivals }: Arrivals): Promise<void> => {
  const { instance, driver, docker } = up
  const copies = join(up.home, copiesFolder)
  const hasDocker = driver.name !== 'context' || (await docker.answers(signal))
  let brought = 0
  let pulled = 0
  const bring = async (name: string, lane: number, joint: AbortSignal): Promise<void> => {
    if (hasDocker && (await docker.imageIds([name], joint)).has(name)) {
      const missing = await driver.missingImages(instance, [name], joint)
      progress(name)
      if (missing.length > 0) await driver.loadImages(instance, missing, { signal: joint, progress, copies, lane })
      brought += missing.length
    } else pulled++
    arrivals.get(name)?.reach()
  }
  const waiting = [...arrivals.keys()]
  const inLane = (lane: number) => async (joint: AbortSignal) => {
    while (waiting.length > 0) {
      // One that is still being built is left to the end.
      const ready = waiting.findIndex(name => name !== instance.image || built.isReached)
      const [name] = waiting.splice(Math.max(0, ready), 1)
      if (name === undefined) return
      if (name === instance.image) await built.wait(joint)
      await bring(name, lane, joint)
    }
  }
  await together(signal, [inLane(0), inLane(1)])
  done(
    [
      `Images: ${brought === 0 ? 'nothing to bring' : `${brought} brought from Docker`}`,
      ...(pulled === 0 ? [] : [`${pulled} pulled by the cluster`]),
    ].join(', '),
  )
}
