import { type Section, withSection, withoutSection, zonesSection } from '../../shared/cluster-dns.ts'
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
    // SDKs put `data-` before the host of the endpoint that they call DiscoverInstances at.
    `${doorHost}:53 data-${doorHost}:53 {`,
    '    errors',
    // Holds for all blocks, the last one's: changes are read within three seconds instead of thirty to forty-five.
    '    reload 2s 1s',
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

const door: Section = { begin: '# kecs: the names of the AWS door\n', end: '# kecs: end\n' }

/** The Corefile with our block at its end, once, whatever was there of ours before. */
export const withDoorBlock = (corefile: string, block: string): string => withSection(corefile, door, block)

/** The Corefile as it was before ours, and before the control plane's. */
export const withoutOurs = (corefile: string): string => withoutSection(withoutSection(corefile, door), zonesSection)
