// FireLens: a task's log router is configured as on ECS and gets what the others write. The router is a stand-in that
// keeps what it is sent until it is stopped, and asserts for itself what it was given.
import { beforeAll, expect, test } from 'bun:test'
import { containerOf, features, script, type Features } from './features-harness.ts'

let on: Features
const bucket = `firelens-${Date.now()}`
const external = '[FILTER]\n    Name grep\n'

beforeAll(async () => {
  on = await features('firelens')
  const { kecs } = on
  await Promise.all([
    kecs.aws('s3api', 'create-bucket', '--bucket', bucket),
    kecs.aws('ssm', 'put-parameter', '--name', `/${bucket}/key`, '--type', 'SecureString', '--value', 'hidden'),
  ])
  await kecs.run(['aws', 's3', 'cp', '-', `s3://${bucket}/extra.conf`], { input: external })
}, 600_000)

/** Ends with 101 when its first step is not true, and so on; else it puts what it was sent into the bucket when it is stopped. */
const router = (steps: readonly string[]): string =>
  [
    `exec python3 - <<'END'`,
    'import os, signal, socket, ssl, subprocess, sys, threading, urllib.request',
    'untrusting, door = ssl.create_default_context(), os.environ["AWS_ENDPOINT_URL"]',
    'untrusting.check_hostname, untrusting.verify_mode = False, ssl.CERT_NONE',
    'config = open("/fluent-bit/etc/fluent-bit.conf").read()',
    ...steps.flatMap((step, at) => [`if not (${step}): sys.exit(${101 + at})`]),
    'received = []',
    'def take(connection):',
    '    while (data := connection.recv(65536)): received.append(data)',
    'def listen(server):',
    '    server.listen(8)',
    '    while True: threading.Thread(target=take, args=(server.accept()[0],), daemon=True).start()',
    'unix, tcp = socket.socket(socket.AF_UNIX), socket.socket()',
    'unix.bind("/var/run/fluent.sock"); tcp.bind(("127.0.0.1", 24224))',
    'for each in (unix, tcp): threading.Thread(target=listen, args=(each,), daemon=True).start()',
    'stopped = threading.Event()',
    'signal.signal(signal.SIGTERM, lambda *_: stopped.set())',
    'stopped.wait()',
    `put = ["aws", "s3", "cp", "-", "s3://${bucket}/received"]`,
    'sys.exit(subprocess.run(put, input=b"".join(received)).returncode)',
    'END',
  ].join('\n')

test('a log router gets its configuration and all that the others write, to the last line', async () => {
  const steps = [
    '"unix_path /var/run/fluent.sock" in config and "Mem_Buf_Limit 96MB" in config',
    '"Record ecs_cluster " + os.environ["CLUSTER"] in config and "Record ecs_task_definition" in config',
    '"Match app-firelens*" in config and "Name http" in config and "Header ${Header_1}" in config',
    '"@INCLUDE /fluent-bit/etc/external.conf" in config',
    `open("/fluent-bit/etc/external.conf").read() == ${JSON.stringify(external)}`,
    'os.environ["Header_1"] == "hidden" and os.getuid() == 1000',
    // fluent-bit knows what it has read by the inode's number; its outputs of AWS speak TLS alone.
    'os.stat("/fluent-bit/etc/fluent-bit.conf").st_ino != os.stat("/fluent-bit/etc/external.conf").st_ino',
    'urllib.request.urlopen(door.replace("http:", "https:") + "/_kecs/health", context=untrusting, timeout=60).status == 200',
  ]
  const task = await on.run([
    {
      name: 'log_router',
      image: 'kecs-test/awscli:latest',
      memory: 192,
      // What it was sent it puts where it can be read, once it is stopped.
      stopTimeout: 100,
      user: '1000',
      environment: [
        { name: 'CLUSTER', value: on.cluster },
        { name: 'HOME', value: '/tmp' },
      ],
      ...script(router(steps)),
      firelensConfiguration: {
        type: 'fluentbit',
        options: { 'config-file-type': 's3', 'config-file-value': `arn:aws:s3:::${bucket}/extra.conf` },
      },
    },
    {
      name: 'app',
      ...script(
        // The router has started, and may not listen yet.
        'for i in $(seq 1 500); do echo "line $i."; done; echo wrong >&2; until echo by itself | nc -w 5 "$FLUENT_HOST" "$FLUENT_PORT"; do sleep 0.2; done; echo last',
      ),
      logConfiguration: {
        logDriver: 'awsfirelens',
        options: { Name: 'http' },
        secretOptions: [{ name: 'Header', valueFrom: `/${bucket}/key` }],
      },
    },
  ])
  const ended = await on.ended(task)
  const { exitCode, reason } = containerOf(ended, 'log_router')
  expect(exitCode === 0 ? 'every step' : `${exitCode}: ${steps[(exitCode ?? 0) - 101] ?? reason ?? ended.stoppedReason}`).toBe('every step')
  expect(containerOf(ended, 'app').exitCode).toBe(0)
  const received = (await on.kecs.run(['aws', 's3', 'cp', `s3://${bucket}/received`, '-'])).stdout
  expect(received).toContain(`app-firelens-${task.slice(task.lastIndexOf('/') + 1)}`)
  expect(received).toContain('by itself')
  const missing = Array.from({ length: 500 }, (_, index) => `line ${index + 1}.`).filter(line => received.split(line).length !== 2)
  expect([missing, received.includes('wrong'), received.includes('last')]).toEqual([[], true, true])
}, 300_000)
