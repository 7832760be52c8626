// Compose's services call each other by their bare names, ECS' by names of a Cloud Map namespace.

/** Variables whose value is a host's name as such. */
const namesHost = /(HOST|HOSTNAME|SERVER|ADDR|ADDRESS|ENDPOINT|URL|URI|UPSTREAM|BROKER|BROKERS|NODES|SERVERS|HOSTS)$/i

/**
 * The value with each service's name that stands where a host does (`postgres://db:5432/x`, `db:5432`; `db` in a
 * variable such as DB_HOST) made the name by which it is found.
 */
export const withHosts = (variable: string, value: string, services: readonly string[], namespace: string): string => {
  const [longest = '', ...rest] = services.map(escape).toSorted((a, b) => b.length - a.length)
  const anyName = [longest, ...rest].join('|')
  if (longest === '') return value
  if (namesHost.test(variable) && services.includes(value)) return `${value}.${namespace}`
  const inUrls = value.replaceAll(new RegExp(`(://(?:[^/@\\s]*@)?)(${anyName})(?=[:/?,\\s]|$)`, 'g'), `$1$2.${namespace}`)
  return inUrls.replaceAll(new RegExp(`(^|,)(${anyName})(?=:\\d+(?:,|/|$))`, 'g'), `$1$2.${namespace}`)
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
