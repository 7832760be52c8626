import { join } from 'node:path'
import { testByScripts } from '../../support/script-test.ts'

testByScripts({
  client: 'awscli',
  drives: 'every ECS operation that is there',
  script: join(import.meta.dir, 'ecs-operations.sh'),
  timeoutMs: 400_000,
})
