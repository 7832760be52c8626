// boto3 against a listening API: botocore reads what other SDKs do not, such as `__type` and the XML wrapper of an empty answer.
import { expect, test } from 'bun:test'
import { createTestApi } from './test-api.ts'

const script = `
import boto3, json, sys
from botocore.config import Config
from botocore.exceptions import ClientError
config = Config(parameter_validation=False)
options = dict(endpoint_url=sys.argv[1], region_name='eu-west-3', aws_access_key_id='123456789012', aws_secret_access_key='s', config=config)
ecs = boto3.client('ecs', **options)
elbv2 = boto3.client('elbv2', **options)
def failure(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        metadata = error.response['ResponseMetadata']
        return [error.response['Error']['Code'], error.response['Error']['Message'], metadata['RetryAttempts'], len(metadata['RequestId'])]
print(json.dumps({
    'cluster': ecs.create_cluster(clusterName='one')['cluster'],
    'balancer': elbv2.describe_load_balancers(Names=[])['LoadBalancers'][0]['CreatedTime'].isoformat(),
    'empty': list(elbv2.delete_load_balancer(LoadBalancerArn='a').keys()),
    'failures': [
        failure(ecs.delete_cluster, cluster='none'),
        failure(ecs.run_task),
        failure(ecs.list_services),
        failure(elbv2.describe_load_balancers, Names=['missing']),
        failure(elbv2.modify_target_group),
        failure(elbv2.create_target_group, Name='a'),
    ],
}))
`

const probe = Bun.spawnSync(['sh', '-c', 'python3 -c "import boto3"'], { stdout: 'ignore', stderr: 'ignore' })
if (!probe.success) console.warn('boto3.test.ts is skipped: python3 with boto3 is not installed')

test.skipIf(!probe.success)(
  'boto3 drives both protocols',
  async () => {
    const { server } = createTestApi()
    const listening = await server.listen('127.0.0.1', 0)
    const python = Bun.spawn(['python3', '-c', script, listening.url], { stdout: 'pipe', stderr: 'inherit' })
    const output: unknown = JSON.parse(await new Response(python.stdout).text())
    await listening.stop()
    const id = 36
    expect(output).toEqual({
      cluster: { clusterName: 'one', clusterArn: 'arn:aws:ecs:eu-west-3:123456789012:cluster/one' },
      balancer: '2026-11-23T09:02:03.250000+00:00',
      empty: ['ResponseMetadata'],
      failures: [
        ['ClusterNotFoundException', 'Cluster not found.', 0, id],
        ['InvalidParameterException', 'TaskDefinition can not be blank.', 0, id],
        ['UnsupportedFeatureException', 'kecs does not implement ListServices yet; docs/coverage.md lists what it does.', 0, id],
        ['LoadBalancerNotFound', "Load balancers '[missing]' not found", 0, id],
        [
          'ValidationError',
          "1 validation error detected: Value null at 'targetGroupArn' failed to satisfy constraint: Member must not be null",
          0,
          id,
        ],
        ['UnsupportedOperation', 'kecs does not implement CreateTargetGroup yet; docs/coverage.md lists what it does.', 0, id],
      ],
    })
  },
  30_000,
)
