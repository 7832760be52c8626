import type { FilterCondition } from '../../aws/generated/servicediscovery.ts'
import { refuseIf } from './errors.ts'

export interface Filter<Name extends string> {
  readonly Name: Name
  readonly Values: readonly string[]
  readonly Condition?: FilterCondition | undefined
}

/** What a filter looks at, and the conditions that it knows. */
export interface Filtered<Row> {
  readonly conditions: readonly FilterCondition[]
  readonly valueOf: (row: Row) => string | undefined
}

/** A test that a row passes all filters. Throws InvalidInput for a condition that a filter does not know or a wrong number of values. */
export function passes<Row, Name extends string>(
  filters: readonly Filter<Name>[] | undefined,
  known: Readonly<Record<Name, Filtered<Row>>>,
): (row: Row) => boolean {
  const tests = (filters ?? []).map(({ Name: name, Values: values, Condition: condition = 'EQ' }) => {
    const { conditions, valueOf } = known[name]
    refuseIf(!conditions.includes(condition), `Filter condition ${condition} is not supported for filter ${name}.`)
    const test = testOf(name, condition, values)
    return (row: Row): boolean => {
      const value = valueOf(row)
      return value !== undefined && test(value)
    }
  })
  return row => tests.every(test => test(row))
}

function testOf(name: string, condition: FilterCondition, values: readonly string[]): (value: string) => boolean {
  const wanted = condition === 'BETWEEN' ? 2 : 1
  const fits = condition === 'IN' ? values.length >= wanted : values.length === wanted
  refuseIf(!fits, `Filter ${name} with condition ${condition} takes ${condition === 'IN' ? 'at least ' : ''}${wanted} value(s).`)
  const [first = '', last = ''] = values
  if (condition === 'BEGINS_WITH') return value => value.startsWith(first)
  if (condition === 'BETWEEN') return between(name, Number(first), Number(last))
  return value => values.includes(value)
}

function between(name: string, from: number, to: number): (value: string) => boolean {
  refuseIf(!Number.isFinite(from) || !Number.isFinite(to), `The values of filter ${name} must be times in seconds since the epoch.`)
  return value => Number(value) >= from && Number(value) <= to
}

/** A resource's owner: there is no sharing, so all belongs to the caller. */
export const resourceOwner: Filtered<unknown> = { conditions: ['EQ'], valueOf: () => 'SELF' }
