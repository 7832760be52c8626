import type { EFSVolumeConfiguration } from '../../../aws/generated/ecs.ts'
import type { Draft, Problems } from './draft.ts'

export function* volumeProblems(draft: Draft): Problems {
  const mountPoints = draft.containerDefinitions.flatMap(container => container.mountPoints ?? [])
  const mounted = new Set(mountPoints.map(mountPoint => mountPoint.sourceVolume))
  const names = new Set<string>()
  for (const { name = '', efsVolumeConfiguration } of draft.volumes ?? []) {
    if (!/^[\w-]{1,255}$/.test(name)) yield 'Volume.name contains invalid characters.'
    if (names.has(name)) yield 'Volume names must be unique within a task definition.'
    names.add(name)
    if (efsVolumeConfiguration !== undefined) yield* efsProblems(efsVolumeConfiguration)
  }
  for (const { sourceVolume = '' } of mountPoints) if (!names.has(sourceVolume)) yield `Unknown volume '${sourceVolume}'.`
  // Others than those that get their kind at launch may be left unused.
  const unused = (draft.volumes ?? []).flatMap(({ name, configuredAtLaunch }) =>
    configuredAtLaunch === true && !mounted.has(name) ? (name ?? []) : [],
  )
  if (unused.length > 0) yield `Volumes [${unused.join(', ')}] are not referenced by any of the containers`
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html */
function* efsProblems(efs: EFSVolumeConfiguration): Problems {
  const isEncrypted = efs.transitEncryption === 'ENABLED'
  if (efs.authorizationConfig?.accessPointId !== undefined && (efs.rootDirectory ?? '/') !== '/') {
    yield 'When using an EFS access point, the root directory must either be set to "/" or be omitted.'
  }
  if (efs.authorizationConfig?.iam === 'ENABLED' && !isEncrypted) yield 'EFS IAM authorization requires TransitEncryption to be enabled.'
  if (efs.transitEncryptionPort !== undefined && !isEncrypted) yield 'TransitEncryptionPort requires that TransitEncryption is enabled.'
}
