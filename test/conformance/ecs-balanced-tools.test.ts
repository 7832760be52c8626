import { join } from 'node:path'
import { testByScripts } from '../support/script-test.ts'

testByScripts({
  client: 'awscli',
  drives: 'services behind load balancers',
  script: join(import.meta.dir, 'ecs-balanced-awscli.sh'),
  timeoutMs: 400_000,
})
