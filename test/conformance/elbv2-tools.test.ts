import { join } from 'node:path'
import { testByScripts } from '../support/script-test.ts'

testByScripts(
  { client: 'boto3', drives: 'load balancing', script: join(import.meta.dir, 'elbv2-boto3.py'), timeoutMs: 240_000 },
  { client: 'awscli', drives: 'load balancing', script: join(import.meta.dir, 'elbv2-awscli.sh'), timeoutMs: 240_000 },
)
