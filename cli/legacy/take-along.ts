import { withName } from '../instance.ts'
import type { Side } from './migration.ts'

/** How the state of an instance by `--driver context` gets to the other side: it lies in the cluster, so nobody can be handed its folder. */
export const takeAlong = (name: string, to: Side): string =>
  [
    'Its state lies in the cluster; take it along, with the tasks ending in between:',
    `${withName('kecs snapshot create moving', name)} && ${withName('kecs snapshot export moving moving.kecs-snapshot', name)}`,
    `${withName('kecs down', name)} && ${withName(`kecs up ${to === 'legacy' ? '--legacy' : '--no-legacy'}`, name)}`,
    `${withName('kecs snapshot import moving.kecs-snapshot', name)} && ${withName('kecs snapshot restore moving', name)}`,
  ].join('\n')
