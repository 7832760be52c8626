import type { Manifest, Pod } from '../../../shared/kube/index.ts'
import { agentFolder, labels, userLookupFolder } from '../../../shared/names.ts'
import { startFailure } from '../../domain/task-lifecycle-failures.ts'
import type { TaskSpec } from '../runtime.ts'
import { literal } from './container.ts'
import { pullPolicyOf, withEcrNames } from './own-images.ts'
import { placementOf, tolerations } from './placement.ts'
import type { StartFailure } from './start-failures.ts'
import type { AskedNames, FoundNames } from './user.ts'

type PodSpec = NonNullable<Pod['spec']>

/** What is to be looked up, and how its image comes to a node: as for the task's own pod. */
export interface UserQuestion {
  readonly names: AskedNames
  /** As nodes name it. */
  readonly image: string
  readonly namespace: string
  readonly pullSecrets: Pick<PodSpec, 'imagePullSecrets'>
  readonly placement: Pick<TaskSpec, 'nodeName' | 'adjustedOn'>
}

/** Where the program is in the user's image while it runs there. */
const folder = '/.kecs'
const volume = 'kecs'

/**
 * Writes what the image's files say: `user:UID:GID` and `group:GID` of the first entry of each name, below a line that says
 * that it has looked. A file that is not there has no entries. Names are compared as text, which awk has to be told.
 */
const program = `
function look(file, name, kind, line, parts) {
  while ((getline line < file) > 0) {
    gsub(/^[ \\t\\r]+|[ \\t\\r]+$/, "", line)
    split(line, parts, ":")
    if ((parts[1] "") == (name "")) { print kind ":" parts[3] (kind == "user" ? ":" parts[4] : "") > told; return }
  }
}
BEGIN {
  told = "/dev/termination-log"
  print "looked" > told
  if ("KECS_USER" in ENVIRON) look("/etc/passwd", ENVIRON["KECS_USER"], "user")
  if ("KECS_GROUP" in ENVIRON) look("/etc/group", ENVIRON["KECS_GROUP"], "group")
}`

/** The image's own would be heeded by the program's loader, and name libraries of another C library. */
const ofTheLoader = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'GLIBC_TUNABLES']

/**
 * A pod that runs our program in the user's image, as only the image knows its users. The program comes from the node's
 * agent with its own loader and C library, so that it runs in any image, and tells by the container's termination message.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export const userLookupPod = (question: UserQuestion, { name, instance }: { name: string; instance: string }): Pod & Manifest => {
  const { image, namespace, names, pullSecrets } = question
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { [labels.instance]: instance, [labels.userLookup]: 'true' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'lookup',
          image,
          imagePullPolicy: pullPolicyOf(image),
          command: [`${folder}/ld.so`, '--library-path', folder, `${folder}/awk`, literal(program)],
          workingDir: '/',
          env: [
            ...ofTheLoader.map(variable => ({ name: variable, value: '' })),
            ...(names.user === undefined ? [] : [{ name: 'KECS_USER', value: literal(names.user) }]),
            ...(names.group === undefined ? [] : [{ name: 'KECS_GROUP', value: literal(names.group) }]),
          ],
          // None asked for: a machine on which a task has its place has one for this too.
          resources: { requests: { cpu: '0', memory: '0' }, limits: { memory: '64Mi' } },
          securityContext: {
            runAsUser: 0,
            runAsGroup: 0,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: volume, mountPath: folder, readOnly: true }],
        },
      ],
      ...pullSecrets,
      // A node whose agent has not begun yet: until it has, the pod waits.
      volumes: [{ name: volume, hostPath: { path: `${agentFolder(instance)}/${userLookupFolder}`, type: 'Directory' } }],
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      ...placementOf(question.placement),
      tolerations,
    },
  }
}

export type Looked =
  | { readonly is: 'found'; readonly found: FoundNames }
  | { readonly is: 'failed'; readonly failure: StartFailure }
  /** Nothing is wrong with the image or the name: another pod may do better. */
  | { readonly is: 'lost'; readonly why: string }

/** What came of such a pod; undefined while it is still to come, and without a pod it is lost. */
export const lookedOf = (pod: Pod | undefined): Looked | undefined => {
  if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined) return { is: 'lost', why: 'its pod was deleted' }
  const { waiting, terminated } = pod.status?.containerStatuses?.[0]?.state ?? {}
  if (terminated !== undefined) {
    const lines = (terminated.message ?? '').split('\n')
    if (terminated.exitCode === 0 && lines[0] === 'looked') return { is: 'found', found: foundIn(lines) }
    return { is: 'lost', why: [terminated.reason, terminated.message || `exit code ${terminated.exitCode}`].filter(Boolean).join(': ') }
  }
  if (waiting?.reason !== undefined) {
    const failure = { reason: waiting.reason, message: withEcrNames(waiting.message ?? '') }
    if (startFailure({ name: '', state: { is: 'waiting', ...failure } }) !== undefined) return { is: 'failed', failure }
  }
  const { phase, reason = '', message = '' } = pod.status ?? {}
  return phase === 'Failed' ? { is: 'lost', why: [reason, message].filter(part => part !== '').join(': ') } : undefined
}

const foundIn = (lines: readonly string[]): FoundNames => {
  const parts = lines.map(line => line.split(':'))
  const [, uid, gid] = parts.find(([kind]) => kind === 'user') ?? []
  const [, group] = parts.find(([kind]) => kind === 'group') ?? []
  return {
    ...(uid !== undefined && { user: { uid, gid: gid ?? '' } }),
    ...(group !== undefined && { group: { gid: group } }),
  }
}

/** Why a pod does not come to run anything, where it has not; while images are pulled it has come so far. */
export const notBegun = (pod: Pod | undefined): string | undefined => {
  const conditions = pod?.status?.conditions ?? []
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'True') return scheduled?.message ?? 'no node was found for it'
  const isReady = conditions.some(({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True')
  // Kubernetes before 1.29 tells of the address alone.
  if (isReady || pod?.status?.podIP !== undefined) return undefined
  return 'its node did not begin with it, for which the agent of the node has to run there'
}
