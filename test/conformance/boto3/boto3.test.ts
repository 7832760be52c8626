import { join } from 'node:path'
import { testByScripts } from '../../support/script-test.ts'

const boto3 = (drives: string, script: string) =>
  ({ client: 'boto3', drives, script: join(import.meta.dir, script), timeoutMs: 400_000 }) as const

testByScripts(
  boto3('clusters, task definitions and tasks', 'ecs_operations.py'),
  boto3('services', 'ecs_services.py'),
  boto3('every waiter and paginator of ECS', 'ecs_waiters.py'),
  boto3('load balancing, with every waiter and paginator', 'elbv2.py'),
  boto3('Cloud Map and Application Auto Scaling', 'servicediscovery.py'),
)
