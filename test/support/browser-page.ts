// What a page of test/conformance/browser.test.ts runs, bundled for browsers: the AWS SDK v3 calls kecs, the page's own
// server is told what came of it. The page's query says where kecs answers and what names begin with.
import { CreateClusterCommand, DescribeClustersCommand, ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs'
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'

const query = new URLSearchParams(location.search)
const clusterName = query.get('cluster') ?? ''
const settings = {
  endpoint: query.get('endpoint') ?? '',
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
}
const ecs = new ECSClient(settings)
const elb = new ElasticLoadBalancingV2Client(settings)

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error))
/** What a call answered, or the name of the error that it threw. */
const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => ({ error: nameOf(error) }))

const results = {
  created: await outcome(ecs.send(new CreateClusterCommand({ clusterName })).then(({ cluster }) => cluster?.status)),
  listed: await outcome(
    ecs.send(new ListClustersCommand({})).then(({ clusterArns = [] }) => clusterArns.some(arn => arn.endsWith(`/${clusterName}`))),
  ),
  // A page may read the request's id, and an error's type, from the headers.
  requestId: await outcome(ecs.send(new DescribeClustersCommand({})).then(({ $metadata }) => typeof $metadata.requestId)),
  balancers: await outcome(elb.send(new DescribeLoadBalancersCommand({})).then(({ LoadBalancers }) => Array.isArray(LoadBalancers))),
  refused: await outcome(elb.send(new DescribeLoadBalancersCommand({ Names: [`${clusterName}-none`] }))),
}
await fetch('/results', { method: 'POST', body: JSON.stringify(results) })
