import { authorityPath } from '../../shared/names.ts'
import { CliError } from '../../shared/errors.ts'
import { withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { upCommand, withName } from '../instance.ts'
import { commonFlags } from '../flags.ts'
import { runningTargetOf } from '../target.ts'

export const ca = defineCommand({
  name: 'ca',
  summary: 'Print the certificate of the authority that signs HTTPS listeners.',
  description:
    'Each instance has an authority of its own, made once. Certificates that ACM does not hand out are made by it for the\n' +
    "same names. Tell a client or a browser to trust it, and a load balancer's HTTPS listener is as good as on AWS.",
  args: commonFlags,
  examples: [
    ['kecs ca > kecs-ca.pem', 'as a file'],
    ['curl --cacert <(kecs ca) https://localhost:9021', 'for one call'],
    ['kecs ca | sudo tee /usr/local/share/ca-certificates/kecs.crt', 'for this machine, on Debian and Ubuntu'],
  ],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, '1m')
    const { instance, output, asJson } = target
    if (instance.driver === 'simulated')
      throw new CliError(
        'A simulated instance has no authority: nothing of it speaks HTTPS.',
        `For load balancers that carry traffic install Docker, then: ${withName('kecs down', instance.name)} && ${upCommand(instance.name)} --driver k3d`,
      )
    const certificate = await withChannel(target, channel => channel.text({ method: 'GET', path: authorityPath }))
    if (asJson) output.json({ name: instance.name, certificate })
    else output.print(certificate.trimEnd())
  },
})
