import { join } from 'node:path'
import { testByScripts } from '../support/script-test.ts'

testByScripts(
  { client: 'boto3', drives: 'services', script: join(import.meta.dir, 'ecs-services-boto3.py'), timeoutMs: 400_000 },
  { client: 'awscli', drives: 'services', script: join(import.meta.dir, 'ecs-services-awscli.sh'), timeoutMs: 400_000 },
)
