import { join } from 'node:path'
import { testByScripts } from '../../support/script-test.ts'

const awscli = (drives: string, script: string) =>
  ({ client: 'awscli', drives, script: join(import.meta.dir, script), timeoutMs: 400_000 }) as const

testByScripts(
  awscli('clusters, task definitions and tasks', 'ecs-operations.sh'),
  awscli('services and task sets', 'ecs-services.sh'),
  awscli('services behind load balancers', 'ecs-balanced.sh'),
  awscli('load balancing', 'elbv2.sh'),
  awscli('Cloud Map and Application Auto Scaling', 'servicediscovery.sh'),
)
