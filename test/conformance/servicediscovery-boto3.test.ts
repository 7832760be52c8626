import { join } from 'node:path'
import { testByScripts } from '../support/script-test.ts'

testByScripts({
  client: 'boto3',
  drives: 'Cloud Map and Application Auto Scaling',
  script: join(import.meta.dir, 'servicediscovery-boto3.py'),
  timeoutMs: 120_000,
})
