/**
 * Columns of lines that come one by one: each is as wide as the widest value that was measured or shown, so that lines
 * whose values are known before are measured first, and of those that follow each other only a wider one moves the rest.
 */
export class Columns {
  /** Characters. */
  readonly #widths: number[] = []

  measure(values: readonly string[]): void {
    for (const [column, value] of values.entries()) this.#widths[column] = Math.max(this.#widths[column] ?? 0, value.length)
  }

  /** The values, each padded to the width of its column. They may be painted then. */
  padded(values: readonly string[]): readonly string[] {
    this.measure(values)
    return values.map((value, column) => value.padEnd(this.#widths[column] ?? 0))
  }
}
