import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A value that outlives the agent, as JSON in a file that its owner alone may read. Writes replace the file at once and
 * whole, one after the other; what changes while one is written is written next.
 */
export class KeptFile<Value> {
  readonly #path: string
  #writing: Promise<void> | undefined
  #next: (() => Value) | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Undefined where there is none, or one that cannot be read. */
  async read(): Promise<Value | undefined> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8'))
    } catch {
      return undefined
    }
  }

  /** Resolves when the value, or a later one, is on disk. */
  async write(value: () => Value): Promise<void> {
    this.#next = value
    for (;;) {
      while (this.#writing !== undefined) await this.#writing.catch(() => {})
      if (this.#next === undefined) return
      const next = this.#next
      this.#next = undefined
      this.#writing = this.#replace(next()).finally(() => (this.#writing = undefined))
      await this.#writing
    }
  }

  async #replace(value: Value): Promise<void> {
    const beside = `${this.#path}.new`
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await writeFile(beside, JSON.stringify(value), { mode: 0o600 })
    await chmod(beside, 0o600)
    await rename(beside, this.#path)
  }
}
