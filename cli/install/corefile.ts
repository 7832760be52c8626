import { doorHost, loadBalancerService, systemNamespace } from '../../shared/names.ts'

/**
 * The part of CoreDNS's configuration that answers the door's address for its name and for all names below it. A
 * server block of its own, as CoreDNS prefers the longer zone: what the cluster's own block does stays as it is.
 * A load balancer's name is its Service's, whichever there are: what is rewritten to it is asked of the cluster's block.
 * IPv6 is answered with nothing, so that nobody tries the public ::1. https://coredns.io/plugins/template/
 * @param address the door Service's, which does not change while the Service is there
 * @param domain the cluster's
 */
export const doorBlock = (address: string, domain = 'cluster.local'): string =>
  [
    `${doorHost}:53 {`,
    '    errors',
    `    rewrite name regex ^([^.]+)\\.[^.]+\\.elb\\.${doorHost.replaceAll('.', '\\.')}\\.$ ${loadBalancerService('{1}')}.${systemNamespace}.svc.${domain} answer auto`,
    `    forward ${domain} 127.0.0.1:53`,
    '    template IN A {',
    `        answer "{{ .Name }} 30 IN A ${address}"`,
    '    }',
    '    template IN ANY {',
    '        rcode NOERROR',
    '    }',
    '}',
    '',
  ].join('\n')

const begin = '# kecs: the names of the AWS door\n'
const end = '# kecs: end\n'

/** The Corefile with our block at its end, once, whatever was there of ours before. */
export const withDoorBlock = (corefile: string, block: string): string => `${closed(withoutDoorBlock(corefile))}${begin}${block}${end}`

/** The Corefile as it was before ours. */
export const withoutDoorBlock = (corefile: string): string => {
  const from = corefile.indexOf(begin)
  const to = corefile.indexOf(end, from)
  return from < 0 || to < 0 ? corefile : corefile.slice(0, from) + corefile.slice(to + end.length)
}

const closed = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** The cluster's domain, which its block for Kubernetes begins with. */
export const clusterDomain = (corefile: string): string =>
  /^\s*kubernetes\s+([a-z0-9.-]+)/m.exec(corefile)?.[1]?.replace(/\.$/, '') ?? 'cluster.local'

/** Whether the Corefile reads server blocks of others from the ConfigMap `coredns-custom`, as k3s' does. */
export const importsCustom = (corefile: string): boolean => /^\s*import\s+\/etc\/coredns\/custom\/\*\.server\s*$/m.test(corefile)
