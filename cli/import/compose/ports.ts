import { CliError } from '../../../shared/errors.ts'
import { listOf, recordOf, written } from '../wanted.ts'

export interface PublishedPort {
  readonly container: number
  /** Undefined where any will do. */
  readonly published?: number
  readonly protocol: 'tcp' | 'udp'
}

/** `ports`: `80`, `8080:80`, `127.0.0.1:8080-8081:80-81/udp`, or the long form. Throws `CliError` for what is none. */
export const portsOf = (value: unknown): readonly PublishedPort[] => listOf(value).flatMap(each => readPort(each))

const readPort = (value: unknown): readonly PublishedPort[] => {
  const long = recordOf(value)
  if (long !== undefined) {
    const published = long['published'] === undefined ? '' : `${written(long['published'])}:`
    return readPort(`${published}${written(long['target'])}/${written(long['protocol'] ?? 'tcp')}`)
  }
  const text = String(value)
  const found = /^(?:\[[^\]]*\]:|[\d.]+:(?=[\d-]*:))?(?:([\d-]*):)?(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/.exec(text)
  const [, published, container = '', protocol] = found ?? []
  if (found === null) throw new CliError(`"${text}" is no port.`, 'Write it as 8080:80 or 53:53/udp.', { exitCode: 2 })
  const inside = rangeOf(container)
  const outside = published === undefined || published === '' ? [] : rangeOf(published)
  return inside.map((port, index) => {
    const at = outside[index]
    return {
      container: port,
      protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
      ...(at !== undefined && { published: at }),
    }
  })
}

/** `expose`: ports that only other services reach. */
export const exposedOf = (value: unknown): readonly PublishedPort[] =>
  listOf(value).flatMap(each => readPort(each).map(({ container, protocol }) => ({ container, protocol })))

/** What is published twice is one listener, and two listeners have no port in common. Throws `CliError` where they would. */
export const eachOnce = <T extends PublishedPort & { readonly service: string }>(published: readonly T[]): readonly T[] => {
  const found = new Map<string, T>()
  for (const each of published) {
    const { service, container, published: port = container, protocol } = each
    const other = found.get(`${port}/${protocol}`)
    if (other !== undefined && (other.service !== service || other.container !== container)) {
      const both = `${other.service}:${other.container} and ${service}:${container}`
      throw new CliError(`Port ${port}/${protocol} is published twice, by ${both}.`, 'Give one of them another port.', { exitCode: 2 })
    }
    found.set(`${port}/${protocol}`, each)
  }
  return [...found.values()]
}

const rangeOf = (text: string): readonly number[] => {
  const [first = 0, last = first] = text.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
