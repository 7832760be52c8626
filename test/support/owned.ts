// What other services own, as a backend on the wire: EC2, ACM, IAM, Lambda and S3 with the few things that a test names, in
// the forms that AWS documents; what is not there is refused, or left out, as they do.
export interface Owned {
  /** Subnet id to VPC and zone. */
  readonly subnets: Readonly<Record<string, readonly [vpcId: string, zone: string]>>
  /** Security group to VPC. */
  readonly securityGroups: Readonly<Record<string, string>>
  /** ARNs. */
  readonly certificates: readonly string[]
  /** Names. */
  readonly serverCertificates: readonly string[]
  /** Names of roles of the default account, without a path. */
  readonly roles: readonly string[]
  readonly functions: readonly string[]
  /** By `BUCKET/KEY`. */
  readonly objects: Readonly<Record<string, string>>
  /** Signing names of services that the backend has not. */
  readonly lacking?: readonly string[]
}

export interface OwnedBackend {
  readonly url: string
  /** What was asked: `ec2 DescribeSubnets`, `lambda GET /…`, with the account and region of the caller. */
  readonly asked: string[]
  stop(): Promise<void>
}

export const serveOwned = (owned: Owned): OwnedBackend => {
  const asked: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async request => {
      const { pathname } = new URL(request.url)
      const [, account = '', region = '', service = ''] =
        /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.get('authorization') ?? '') ?? []
      const body = await request.text()
      const form = new URLSearchParams(body)
      const what = form.get('Action') ?? request.headers.get('x-amz-target') ?? `${request.method} ${pathname}`
      asked.push(`${service} ${what} ${account}/${region}`)
      if (owned.lacking?.includes(service) === true) return new Response('{"__type":"InternalFailure"}', { status: 501 })
      return (
        answers[service]?.(owned, { form, body, pathname }) ?? new Response('<Error><Code>NotImplemented</Code></Error>', { status: 501 })
      )
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, asked, stop: () => server.stop(true) }
}

interface Asked {
  readonly form: URLSearchParams
  readonly body: string
  readonly pathname: string
}

const answers: Readonly<Record<string, (owned: Owned, asked: Asked) => Response>> = {
  ec2: (owned, { form }) => {
    const wanted = [...form].filter(([name]) => name.startsWith('Filter.1.Value.')).map(([, value]) => value)
    if (form.get('Action') === 'DescribeSubnets') {
      const items = wanted.flatMap(id => {
        const [vpc, zone] = owned.subnets[id] ?? []
        return vpc === undefined
          ? []
          : [`<item><subnetId>${id}</subnetId><vpcId>${vpc}</vpcId><availabilityZone>${zone}</availabilityZone></item>`]
      })
      return xml(`<DescribeSubnetsResponse><subnetSet>${items.join('')}</subnetSet></DescribeSubnetsResponse>`)
    }
    if (form.get('Action') === 'DescribeSecurityGroups') {
      const items = wanted
        .filter(id => owned.securityGroups[id] !== undefined)
        .map(id => `<item><groupId>${id}</groupId><vpcId>${owned.securityGroups[id]}</vpcId></item>`)
      return xml(
        `<DescribeSecurityGroupsResponse><securityGroupInfo>${items.join('')}</securityGroupInfo></DescribeSecurityGroupsResponse>`,
      )
    }
    const vpcs = new Set(Object.values(owned.subnets).map(([vpc]) => vpc))
    const items = wanted.filter(id => vpcs.has(id)).map(id => `<item><vpcId>${id}</vpcId></item>`)
    return xml(`<DescribeVpcsResponse><vpcSet>${items.join('')}</vpcSet></DescribeVpcsResponse>`)
  },
  acm: (owned, { body }) => {
    const { CertificateArn }: { CertificateArn: string } = JSON.parse(body)
    return owned.certificates.includes(CertificateArn)
      ? Response.json({ Certificate: { CertificateArn } })
      : Response.json({ __type: 'ResourceNotFoundException', message: 'Could not find certificate' }, { status: 400 })
  },
  iam: (owned, { form }) => {
    const role = form.get('RoleName') ?? ''
    if (owned.serverCertificates.includes(form.get('ServerCertificateName') ?? '')) return xml('<GetServerCertificateResponse/>')
    return owned.roles.includes(role)
      ? xml(
          `<GetRoleResponse><GetRoleResult><Role><Arn>arn:aws:iam::000000000000:role/${role}</Arn></Role></GetRoleResult></GetRoleResponse>`,
        )
      : xml('<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>', 404)
  },
  lambda: (owned, { pathname }) =>
    owned.functions.includes(pathname.split('/').at(-1) ?? '')
      ? Response.json({ Configuration: {} })
      : Response.json(
          { Type: 'User', Message: 'Function not found' },
          { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } },
        ),
  s3: (owned, { pathname }) => {
    const found = owned.objects[pathname.slice(1)]
    return found === undefined ? xml('<Error><Code>NoSuchKey</Code></Error>', 404) : new Response(found)
  },
}

const xml = (body: string, status = 200): Response => new Response(body, { status, headers: { 'content-type': 'text/xml' } })
