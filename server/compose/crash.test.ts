// Nothing that was acknowledged is lost, whenever the control plane dies. KECS_CRASH_KILLS=20000 for a long run,
// KECS_CRASH_SEED=17 for the one run of a seed.
import { expect, test } from 'bun:test'
import { balancer, balancingClient } from '../../test/support/crash/balancing-clients.ts'
import { wrongs } from '../../test/support/crash/check.ts'
import {
  Client,
  cluster,
  clusterClient,
  createCluster,
  definitionClient,
  serviceClient,
  taskClient,
} from '../../test/support/crash/clients.ts'
import { killPoints } from '../../test/support/crash/fate.ts'
import { Told } from '../../test/support/crash/told.ts'
import { CrashWorld } from '../../test/support/crash/world.ts'

const wantedKills = Number(process.env['KECS_CRASH_KILLS'] ?? 1000)
const only = process.env['KECS_CRASH_SEED']
const mostKillsOfARun = 8
const minutes = 60_000

/** One run: clients at work on a control plane that dies up to eight times, then ten minutes in which it does not. */
const play = async (seed: number): Promise<Pick<CrashWorld, 'kills'> & Pick<Told, 'answers'>> => {
  const world = new CrashWorld(seed, mostKillsOfARun)
  const told = new Told()
  const parts = { world, told, random: world.random }
  const work = async (): Promise<void> => {
    const first = new Client(parts)
    await createCluster(first, cluster)
    const clients = Array.from({ length: 6 }, () => new Client(parts))
    const [one = first, two = first, three = first, four = first, five = first, six = first] = clients
    const balanced = async (): Promise<void> => {
      const { group, listener } = await balancer(one, 'web')
      await Promise.all([serviceClient(one, 'web', group), balancingClient(two, listener)])
    }
    await Promise.all([balanced(), clusterClient(three), definitionClient(four), taskClient(five), serviceClient(six, 'plain')])
  }
  try {
    await world.live(work())
    await world.settle(10 * minutes)
    const checked = wrongs(world, told)
    expect({ seed, wrong: await world.live(checked) }).toEqual({ seed, wrong: [] })
  } finally {
    await world.stop()
  }
  return { kills: world.kills, answers: told.answers }
}

test(
  'what clients were told is there, however often the control plane is killed and wherever',
  async () => {
    if (only !== undefined) {
      await play(Number(only))
      return
    }
    const at = new Map<string, number>(killPoints.map(point => [point, 0]))
    for (let kills = 0, seed = 1; kills < wantedKills; seed++) {
      const run = await play(seed)
      kills += run.kills.length
      for (const point of run.kills) at.set(point, (at.get(point) ?? 0) + 1)
    }
    // Each kind of point had its share.
    for (const [point, count] of at) expect([point, count > wantedKills / 25]).toEqual([point, true])
  },
  Math.max(120_000, wantedKills * 200),
)
