import { messageOf } from '../../../shared/errors.ts'
import { isNotRunning, type KubeClient } from '../../../shared/kube/index.ts'
import { ExecRefused, type ExecCommand, type RunningCommand } from '../runtime.ts'
import { dnsLabelOf } from './names.ts'

/** Runs a command in a pod's container by the API server. Throws `ExecRefused` when the container does not run. */
export async function execInPod(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  { container, command, onOutput }: ExecCommand,
): Promise<RunningCommand> {
  const exec = await client.exec(pod, { container: dnsLabelOf(container), command }).catch((error: unknown) => {
    if (isNotRunning(error)) throw new ExecRefused(messageOf(error), { cause: error })
    throw error
  })
  const follow = async () => {
    for await (const bytes of exec.output) await onOutput(bytes)
    return exec.ended
  }
  return { ended: follow(), write: exec.write, resize: exec.resize, close: exec.close }
}
