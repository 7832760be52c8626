import type { Manifest } from '../../shared/kube/index.ts'
import type { Installation } from './installation.ts'
import { metaOf, type Written } from './pod-parts.ts'

interface ClaimSpec {
  readonly accessModes: readonly string[]
  readonly resources: { readonly requests: { readonly storage: string } }
}

/** Room for the control plane's state in a cluster that is not ours. */
export const claim = (installation: Installation, name: string): Written<ClaimSpec> & Manifest => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metaOf(installation, 'control-plane', name),
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
})
