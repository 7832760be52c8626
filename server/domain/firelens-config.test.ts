// What ECS' agent writes for the examples of https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-example-taskdefs.html
import { expect, test } from 'bun:test'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import { firelensConfig, type RoutedTask } from './firelens-config.ts'
import { routerOf } from './firelens.ts'

const task = (containers: readonly ContainerDefinition[], networkMode: RoutedTask['networkMode'] = 'awsvpc'): RoutedTask => ({
  containers,
  networkMode,
  clusterName: 'default',
  taskArn: 'arn:aws:ecs:us-west-2:111122223333:task/default/0123',
  family: 'firelens-example',
  revision: 2,
})
const router = (options: Record<string, string> = {}, more: ContainerDefinition = {}): ContainerDefinition => ({
  name: 'log_router',
  firelensConfiguration: { type: 'fluentbit', options },
  ...more,
})
const app = (options: Record<string, string>, more: object = {}): ContainerDefinition => ({
  name: 'app',
  logConfiguration: { logDriver: 'awsfirelens', options, ...more },
})
const configOf = (containers: readonly ContainerDefinition[], networkMode?: RoutedTask['networkMode']): string => {
  const found = routerOf(containers)
  if (found === undefined) throw new Error('no router')
  return firelensConfig(task(containers, networkMode), found)
}

test('fluent-bit in awsvpc mode: socket, port, health check, metadata, and an output for each container', () => {
  const options = { Name: 'kinesis_firehose', region: 'us-west-2', delivery_stream: 'my-stream', 'log-driver-buffer-limit': '2097152' }
  expect(configOf([router({}, { memoryReservation: 100, memory: 400 }), app(options)])).toBe(`[INPUT]
    Name forward
    Mem_Buf_Limit 50MB
    unix_path /var/run/fluent.sock

[INPUT]
    Name forward
    Listen 127.0.0.1
    Port 24224

[INPUT]
    Name tcp
    Tag firelens-healthcheck
    Listen 127.0.0.1
    Port 8877

[FILTER]
    Name record_modifier
    Match *
    Record ecs_cluster default
    Record ecs_task_arn arn:aws:ecs:us-west-2:111122223333:task/default/0123
    Record ecs_task_definition firelens-example:2

[OUTPUT]
    Name null
    Match firelens-healthcheck

[OUTPUT]
    Name kinesis_firehose
    Match app-firelens*
    delivery_stream my-stream
    region us-west-2
`)
})

test('fluentd in bridge mode: patterns, a secret option, and a file of S3', () => {
  const fluentd = router(
    {},
    { firelensConfiguration: { type: 'fluentd', options: { 'config-file-type': 's3', 'config-file-value': 'arn:aws:s3:::b/k.conf' } } },
  )
  const options = { '@type': 'http', 'include-pattern': '^[a-z]', 'exclude-pattern': 'debug' }
  const secretOptions = [{ name: 'token', valueFrom: '/token' }]
  expect(configOf([fluentd, app(options, { secretOptions })], 'bridge')).toBe(`<source>
    @type unix
    path /var/run/fluent.sock
</source>

<source>
    @type forward
    bind 0.0.0.0
    port 24224
</source>

<filter app-firelens**>
    @type grep
    <regexp>
        key log
        pattern ^[a-z]
    </regexp>
</filter>

<filter app-firelens**>
    @type grep
    <exclude>
        key log
        pattern debug
    </exclude>
</filter>

<filter **>
    @type record_transformer
    <record>
        ecs_cluster default
        ecs_task_arn arn:aws:ecs:us-west-2:111122223333:task/default/0123
        ecs_task_definition firelens-example:2
    </record>
</filter>

@include /fluentd/etc/external.conf

<match app-firelens**>
    @type http
    token "#{ENV['token_1']}"
</match>
`)
})

test('in host mode there is the socket alone; a file in the image is included; metadata can be left out', () => {
  const options = { 'enable-ecs-log-metadata': 'false', 'config-file-type': 'file', 'config-file-value': '/extra.conf' }
  const secret = app({ Name: 'x' }, { secretOptions: [{ name: 'key', valueFrom: '/k' }] })
  expect(configOf([router(options), app({}), { ...secret, name: 'other' }], 'host')).toBe(`[INPUT]
    Name forward
    Mem_Buf_Limit 25MB
    unix_path /var/run/fluent.sock

@INCLUDE /extra.conf

[OUTPUT]
    Name x
    Match other-firelens*
    key \${key_2}
`)
})

test.each([
  [router(), app({ region: 'us-west-2' }), 'missing output key Name which is required for firelens configuration of type fluentbit'],
  [router({ 'config-file-type': 'ftp' }), app({}), 'invalid value ftp is specified for option config-file-type'],
  [router({ 'config-file-type': 's3' }), app({}), 'option config-file-type is specified but config-file-value is not specified'],
])('what cannot be configured is refused: %#', (one, other, message) => {
  expect(() => configOf([one, other])).toThrow(message)
})

test.each<[string, Record<string, string>, string]>([
  ['cloudwatch_logs', {}, 'endpoint door.example\n    port 4566\n    tls.verify Off'],
  ['kinesis_firehose', {}, 'endpoint door.example\n    port 4566\n    tls.verify Off'],
  ['s3', {}, 'endpoint http://door.example:4566'],
  ['cloudwatch', {}, 'endpoint http://door.example:4566'],
  ['s3', { Endpoint: 'http://own.example' }, 'Endpoint http://own.example'],
])('%s with %j is led to the endpoint that the router has, unless it names its own', (name, options, lines) => {
  const environment = [{ name: 'AWS_ENDPOINT_URL', value: 'http://door.example:4566' }]
  const config = configOf([router({}, { environment }), app({ Name: name, ...options })])
  expect(config.slice(config.lastIndexOf('[OUTPUT]'))).toBe(`[OUTPUT]\n    Name ${name}\n    Match app-firelens*\n    ${lines}\n`)
})

test('an output that is none of AWS’ is left as it is', () => {
  const environment = [{ name: 'AWS_ENDPOINT_URL', value: 'http://door.example:4566' }]
  expect(configOf([router({}, { environment }), app({ Name: 'http' })])).not.toContain('door')
})
