import { join } from 'node:path'
import type { Instance } from '../../cli/cluster/driver.ts'

/** An instance with the ports that the documentation names, as `instance.json` keeps one. */
export const exampleInstance = (parts: Partial<Instance> = {}, home = '/home/you/.kecs'): Instance => {
  const name = parts.name ?? 'kecs'
  return {
    name,
    driver: 'kind',
    folder: join(home, name),
    dataDir: join(home, name, 'data'),
    bind: '127.0.0.1',
    port: 4566,
    apiPort: 6550,
    publishedPorts: { first: 9000, last: 9019 },
    listenerPorts: { first: 9020, last: 9039 },
    backend: 'localstack/localstack:4.14.0',
    image: 'ghcr.io/nandemo-ya/kecs-control-plane:0.1.0',
    version: '0.1.0',
    ...parts,
  }
}
