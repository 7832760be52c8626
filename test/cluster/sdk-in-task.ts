// Runs in a task's container: the AWS SDK for JavaScript, version 3, with nothing set but what the environment has. Its
// exit code says what it found.
import { ECSClient, paginateListClusters } from '@aws-sdk/client-ecs'

const ecs = new ECSClient({})
const { accessKeyId, sessionToken } = await ecs.config.credentials()
if (sessionToken === undefined || accessKeyId === 'test') process.exit(101)
const arns: string[] = []
for await (const { clusterArns = [] } of paginateListClusters({ client: ecs }, {})) arns.push(...clusterArns)
if (!arns.some(arn => arn.endsWith(`/${process.argv[2]}`))) process.exit(102)
process.exit((await ecs.config.region()) === 'us-east-1' ? 0 : 103)
