/** Our parts of the cluster's DNS, CoreDNS with its Corefile in a ConfigMap: who writes which, and how they are told apart. */

/** Where CoreDNS and its configuration are. */
export const dnsNamespace = 'kube-system'
/** The ConfigMap with the Corefile, and the Deployment. */
export const corednsName = 'coredns'
/** What k3s' CoreDNS imports server blocks of others from. */
export const customName = 'coredns-custom'
/** Of CoreDNS' pods. */
export const corednsSelector = 'k8s-app=kube-dns'

/** Lines of ours in a Corefile that is others': from its first line to its last. */
export interface Section {
  readonly begin: string
  readonly end: string
}

/**
 * The Corefile with `text` as its section, once, at the place where it was before or at the end: two writers would move
 * each other's for ever. Without the section where it is empty.
 */
export const withSection = (corefile: string, section: Section, text: string): string => {
  const { before, found, after } = partsOf(corefile, section)
  if (text === '') return before + after
  const whole = `${section.begin}${text}${section.end}`
  return found ? before + whole + after : closed(corefile) + whole
}

/** The Corefile as it was before the section. */
export const withoutSection = (corefile: string, section: Section): string => withSection(corefile, section, '')

const partsOf = (
  corefile: string,
  { begin, end }: Section,
): { readonly before: string; readonly found: boolean; readonly after: string } => {
  const from = corefile.indexOf(begin)
  const to = corefile.indexOf(end, from)
  if (from < 0 || to < 0) return { before: corefile, found: false, after: '' }
  return { before: corefile.slice(0, from), found: true, after: corefile.slice(to + end.length) }
}

const closed = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** The zones of Cloud Map: the control plane's, which writes them as they come and go. */
export const zonesSection: Section = { begin: '# kecs: the zones of Cloud Map\n', end: '# kecs: end of the zones\n' }
/** The same among the files that k3s' CoreDNS imports. */
export const zonesKey = 'kecs-zones.server'

/** The cluster's domain, which its block for Kubernetes begins with. */
export const clusterDomain = (corefile: string): string =>
  /^\s*kubernetes\s+([a-z0-9.-]+)/m.exec(corefile)?.[1]?.replace(/\.$/, '') ?? 'cluster.local'

/** Whether the Corefile reads server blocks of others from the ConfigMap `coredns-custom`, as k3s' does. */
export const importsCustom = (corefile: string): boolean => /^\s*import\s+\/etc\/coredns\/custom\/\*\.server\s*$/m.test(corefile)

/**
 * A server block for zones that the control plane answers. Answers are kept for seconds only, as tasks come and go, but
 * for an hour where the control plane does not answer, as while it is started anew. After one failure it counts as down,
 * which is told by trying once: else CoreDNS tries for as long as those who ask wait.
 * https://coredns.io/plugins/cache/ https://coredns.io/plugins/forward/
 * @param zones such as `prod.internal`; none: the empty text
 * @param address of the control plane's Service
 */
export const zonesBlock = (zones: readonly string[], address: string): string =>
  zones.length === 0
    ? ''
    : [
        `${zones.map(zone => `${zone}:53`).join(' ')} {`,
        '    errors',
        '    cache 5 {',
        '        serve_stale 1h verify',
        '    }',
        `    forward . ${address}:53 {`,
        '        max_fails 1',
        '    }',
        '}',
        '',
      ].join('\n')
