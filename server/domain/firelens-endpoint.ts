/** How an output of fluent-bit is told of an endpoint: by one URL, or by a name and a port, at which it speaks TLS always. */
const told: ReadonlyMap<string, 'url' | 'parts'> = new Map([
  ['cloudwatch_logs', 'parts'],
  ['kinesis_firehose', 'parts'],
  ['kinesis_streams', 'parts'],
  ['s3', 'url'],
  // Those of AWS' own image, in Go.
  ['cloudwatch', 'url'],
  ['firehose', 'url'],
  ['kinesis', 'url'],
])

/**
 * What leads an output of AWS to where an SDK would be led: fluent-bit does not read AWS_ENDPOINT_URL. Nothing for one
 * that names its own endpoint. The AWS door speaks TLS too, with a certificate that nobody has to trust.
 * https://docs.fluentbit.io/manual/pipeline/outputs/cloudwatch
 */
export const endpointOptions = (
  output: string,
  given: readonly string[],
  endpointUrl: string | undefined,
): Readonly<Record<string, string>> => {
  const how = told.get(output)
  if (how === undefined || endpointUrl === undefined || given.some(name => name.toLowerCase() === 'endpoint')) return {}
  const { hostname, port, protocol, origin } = new URL(endpointUrl)
  if (how === 'url') return { endpoint: origin }
  if (protocol === 'https:') return { endpoint: hostname, port: port || '443' }
  return { endpoint: hostname, port: port || '80', 'tls.verify': 'Off' }
}
