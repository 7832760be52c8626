import { ServiceError } from '../../../aws/errors.ts'
import type { Attribute } from '../../../aws/generated/ecs.ts'

export interface Machine {
  readonly ec2InstanceId?: string
  readonly attributes: readonly Attribute[]
}

/** Members of EC2's document that become attributes. */
const attributeNames: Readonly<Record<string, string>> = {
  'ecs.ami-id': 'imageId',
  'ecs.availability-zone': 'availabilityZone',
  'ecs.instance-type': 'instanceType',
}

/**
 * What EC2's identity document, JSON, says of a machine; an instance outside of EC2 has none. Throws ClientException.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
 */
export function machineOf(document: string | undefined): Machine {
  if (document === undefined || document === '') return { attributes: [] }
  const members = read(document)
  const text = (name: string): string | undefined => {
    const value = members.get(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const ec2InstanceId = text('instanceId')
  return {
    ...(ec2InstanceId === undefined ? {} : { ec2InstanceId }),
    attributes: Object.entries(attributeNames).flatMap(([name, member]) => {
      const value = text(member)
      return value === undefined ? [] : [{ name, value }]
    }),
  }
}

function read(document: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(document)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
  } catch {
    // Told below.
  }
  throw new ServiceError('ClientException', 'Unable to verify the instance identity document.')
}
