// Bodies that mean harm to whoever reads them, for the tests that they are refused and the benchmark of how fast.
export interface HostileBody {
  readonly what: string
  /** Of ECS. */
  readonly operation: string
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
  /** What it is answered with. */
  readonly status: 400 | 413
}

const of = (what: string, body: HostileBody['body'], more: Partial<HostileBody> = {}): HostileBody => ({
  what,
  body,
  operation: 'CreateCluster',
  headers: {},
  status: 400,
  ...more,
})

const deep = (open: string, close: string, count: number): string => open.repeat(count) + close.repeat(count)
const document = (value: string): string => `{"serviceName":"a","deploymentConfiguration":{"lifecycleHooks":[{"hookDetails":${value}}]}}`

const form = (what: string, body: string, more: Partial<HostileBody> = {}): HostileBody =>
  of(what, body, { operation: 'RegisterTargets', headers: { 'content-type': 'application/x-www-form-urlencoded' }, ...more })

const pairs = (count: number, pair: (index: number) => string): string =>
  ['Action=RegisterTargets&Version=2015-12-01', ...Array.from({ length: count }, (_, index) => pair(index))].join('&')

/** Of Elastic Load Balancing, in the query protocol. */
export const hostileForms: readonly HostileBody[] = [
  form(
    'a form of a hundred thousand parameters',
    pairs(100_000, index => `k${index}=1`),
  ),
  form(
    'a form of a name with 500,000 dots',
    pairs(1, () => `${'a.'.repeat(500_000)}=1`),
  ),
  form(
    'a form of 30 places for each of its parameters',
    pairs(16_000, index => `${index}.${'b.'.repeat(28)}=1`),
  ),
  form(
    'a form of nothing but ampersands',
    pairs(1_000_000, () => ''),
  ),
  form('a form of names without values', `${pairs(9_900, index => `k${index}`)}${'&'.repeat(800_000)}`),
  form(
    'a form of two mebibytes',
    pairs(1, () => `a=${'x'.repeat(2 * 1024 * 1024)}`),
    { status: 413 },
  ),
  form(
    'a form with a parameter twice',
    pairs(2, () => 'TargetGroupArn=a'),
  ),
  form(
    'a form of a hundred targets of one number',
    pairs(100, () => 'Targets.member.1.Id=10.0.0.1'),
  ),
  form(
    'a form with a number for no list',
    pairs(1, () => 'TargetGroupArn=a&Targets.member.x.Id=10.0.0.1'),
  ),
  form(
    'a form with a port that is none',
    pairs(1, () => 'TargetGroupArn=a&Targets.member.1.Id=10.0.0.1&Targets.member.1.Port=1e9999'),
  ),
  form(
    'a form of half an escape',
    pairs(1, () => 'TargetGroupArn=%E4%'),
  ),
  form(
    'a form of bytes that are no UTF-8',
    pairs(1, () => 'TargetGroupArn=%ff%fe'),
  ),
  form(
    'a form of __proto__',
    pairs(1, () => '__proto__.TargetGroupArn=a&constructor.prototype.x=1'),
  ),
  form(
    'a bomb of XML entities',
    `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1_000)}"><!ENTITY c "${'&b;'.repeat(1_000)}">]><a>${'&c;'.repeat(1_000)}</a>`,
  ),
]

export const hostileBodies = (gzip: (text: string) => Uint8Array): readonly HostileBody[] => [
  of('lists in lists, 300,000 deep', `{"clusterName":${deep('[', ']', 300_000)}}`),
  of('structures in structures, 150,000 deep', `{"clusterName":${deep('{"a":', '}', 100_000).replace('}', '1}')}}`),
  of('a document nested without end', document(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), { operation: 'CreateService' }),
  of('two mebibytes', `{"clusterName":"${'x'.repeat(2 * 1024 * 1024)}"}`, { status: 413 }),
  of('a name of a mebibyte', `{"clusterName":"${'x'.repeat(1024 * 1024 - 20)}"}`),
  of('a hundred thousand members', `{${Array.from({ length: 60_000 }, (_, index) => `"m${index}":1`).join()},"clusterName":7}`),
  of('a hundred thousand tags', `{"tags":[${'{},'.repeat(100_000)}{}]}`, { operation: 'TagResource' }),
  of('a member twice', '{"clusterName":"a","clusterName":"b"}'),
  of('a string that is all quotes', `{"clusterName":"${String.raw`\"`.repeat(500_000)}"}`),
  of('a string that does not end, all backslashes', `{"clusterName":"${'\\'.repeat(1_000_000)}`),
  of('a number for each byte', `{"tags":[${'1,'.repeat(500_000)}1]}`, { operation: 'TagResource' }),
  of('half a document', '{"clusterName":'),
  of('nothing but blanks', ' '.repeat(1024 * 1000)),
  of('UTF-16', new Uint8Array(Buffer.from('{"clusterName":"a"}', 'utf16le'))),
  of('bad UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
  of('a half of a surrogate pair in its place', '{"clusterName":"\\ud800"}'),
  of('gzip', new Uint8Array(gzip('{"clusterName":"a"}')), { headers: { 'content-encoding': 'gzip' } }),
  of('a gibibyte in gzip', new Uint8Array(gzip('x'.repeat(50 * 1024 * 1024))), { headers: { 'content-encoding': 'gzip' } }),
  of('a number that is none', '{"clusterName":NaN}'),
  of('a number beyond all', '{"taskDefinition":"a","count":1e999}', { operation: 'RunTask' }),
  of('a number of a hundred thousand digits', `{"taskDefinition":"a","count":${'9'.repeat(100_000)}}`, { operation: 'RunTask' }),
  of('half a task', '{"taskDefinition":"a","count":0.5}', { operation: 'RunTask' }),
  of('a number with a leading zero', '{"taskDefinition":"a","count":01}', { operation: 'RunTask' }),
  of('__proto__ in the place of what is required', '{"__proto__":{"taskDefinition":"a"}}', { operation: 'RunTask' }),
  of('constructor as an operation', '{}', { operation: 'constructor' }),
  of('a pattern’s worst case', `{"clusterName":"${'a-'.repeat(100_000)}!"}`),
]
