import { join } from 'node:path'
import { testByScripts } from '../../support/script-test.ts'

testByScripts({
  client: 'boto3',
  drives: 'every ECS operation that is there',
  script: join(import.meta.dir, 'ecs_operations.py'),
  timeoutMs: 400_000,
})
