// What every benchmark prints the same way.

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
export const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

/** Median, 90th percentile, least and most of a series of milliseconds. */
export const spread = (values: readonly number[]): string =>
  `median ${ms(median(values))}, p90 ${ms(percentile(values, 0.9))}, least ${ms(Math.min(...values))}, most ${ms(Math.max(...values))}, n ${values.length}`

export function title(name: string, method: string): void {
  console.log(`\n# ${name}\n${method}\n`)
}

export const figure = (name: string, value: string): void => console.log(`${name.padEnd(44)} ${value}`)
