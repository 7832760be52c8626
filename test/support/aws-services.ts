// What a backend's SSM, Secrets Manager and S3 answer on the wire, from values in memory.
import type { Backend } from '../../server/backend/backend.ts'
import { createBackend } from '../../server/backend/client.ts'

export interface AwsValues {
  /** By name. */
  readonly parameters?: Readonly<Record<string, string>>
  /** By ARN or name, with ` STAGE` or ` ID` after it for other versions. */
  readonly secrets?: Readonly<Record<string, string>>
  /** By `BUCKET/KEY`. */
  readonly objects?: Readonly<Record<string, string>>
}

export interface AwsServices {
  readonly backend: Backend
  /** Each request: what was called, and as whom: `AmazonSSM.GetParameters 000000000000/us-east-1`. */
  readonly calls: string[]
  /** From now on nothing answers, until it is false again. */
  isAway: boolean
}

export const awsServices = ({ parameters = {}, secrets = {}, objects = {} }: AwsValues): AwsServices => {
  const services: AwsServices = {
    calls: [],
    isAway: false,
    backend: createBackend({ url: 'http://backend', fetch: async request => answer(request) }),
  }
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const target = request.headers.get('x-amz-target')
    const [, account = '', region = ''] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(request.headers.get('authorization') ?? '') ?? []
    services.calls.push(`${target ?? `GET ${pathname}`} ${account}/${region}`)
    if (services.isAway) throw new Error('ECONNREFUSED')
    if (target === null) return object(decodeURIComponent(pathname.slice(1)))
    const input: { Names?: string[]; SecretId?: string; VersionStage?: string; VersionId?: string } = JSON.parse(await request.text())
    return target === 'AmazonSSM.GetParameters' ? parametersOf(input.Names ?? []) : secret(input)
  }
  const parametersOf = (names: readonly string[]): Response => {
    const found = names.filter(name => parameters[name] !== undefined)
    return Response.json({
      Parameters: found.map(name => ({ Name: name, Type: 'SecureString', Value: parameters[name], Version: 1 })),
      InvalidParameters: names.filter(name => parameters[name] === undefined),
    })
  }
  const secret = ({
    SecretId = '',
    VersionStage,
    VersionId,
  }: {
    SecretId?: string
    VersionStage?: string
    VersionId?: string
  }): Response => {
    const value = secrets[[SecretId, VersionStage, VersionId].filter(part => part !== undefined).join(' ')]
    if (value !== undefined) return Response.json({ ARN: SecretId, SecretString: value })
    const message = "Secrets Manager can't find the specified secret."
    return Response.json({ __type: 'ResourceNotFoundException', message }, { status: 400 })
  }
  const object = (path: string): Response =>
    objects[path] === undefined
      ? new Response('<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>', { status: 404 })
      : new Response(objects[path])
  return services
}
