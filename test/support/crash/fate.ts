import type { Seeded } from './seeded.ts'

/** Where a life may end. */
export const killPoints = [
  'before a write',
  'during a write',
  'after a write',
  'before a call of the runtime',
  'after a call of the runtime',
  'before an answer',
  'at a timer',
] as const
export type KillPoint = (typeof killPoints)[number]

/** What fails while nobody dies: with these words, before or after it took effect. */
export class Trouble {
  readonly #random: Seeded
  #isOver = false

  constructor(random: Seeded) {
    this.#random = random
  }

  end(): void {
    this.#isOver = true
  }

  async through(share: number, act: () => void | Promise<void>): Promise<void> {
    const fails = !this.#isOver && this.#random.chance(share)
    const isEarly = fails && this.#random.chance(0.5)
    if (!isEarly) await act()
    if (fails) throw new Error(onPurpose)
  }
}

export const onPurpose = 'failed on purpose'

/** When one life of the control plane ends: the `count`th time (from 0) that it comes to `point`. */
export class Fate {
  readonly #point: KillPoint | undefined
  #left: number
  readonly #end = Promise.withResolvers<'died'>()
  #isDead = false
  readonly #onEnd: (() => void)[] = []

  /** Without a point it lives on. */
  constructor(point?: KillPoint, count = 0) {
    this.#point = point
    this.#left = count
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Settles when the life is over. */
  get died(): Promise<'died'> {
    return this.#end.promise
  }

  onEnd(act: () => void): void {
    this.#onEnd.push(act)
  }

  /** Whether this is the time to die; for those who do it themselves a little later. */
  isDue(point: KillPoint): boolean {
    return !this.#isDead && point === this.#point && this.#left-- === 0
  }

  /** Whether the life is over here: whoever asks must do nothing more, for nobody is there. */
  ends(point: KillPoint): boolean {
    if (this.isDue(point)) this.end()
    return this.#isDead
  }

  end(): void {
    this.#isDead = true
    for (const act of this.#onEnd) act()
    this.#end.resolve('died')
  }
}

/** What becomes of a call whose caller or callee is gone. */
export const never = <Answer>(): Promise<Answer> => new Promise(() => {})
