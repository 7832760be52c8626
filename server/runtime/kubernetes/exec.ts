import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import { isNotRunning, type KubeClient, type KubeExec } from '../../../shared/kube/index.ts'
import { pause } from '../../../shared/pause.ts'
import { ExecRefused, type CommandEnd, type ExecCommand, type RunningCommand } from '../runtime.ts'
import { dnsLabelOf } from './names.ts'

/** Runs a command in a pod's container by the API server. Throws `ExecRefused` when the container does not run. */
export async function execInPod(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  { container, command, onOutput }: ExecCommand,
  clock: Clock,
): Promise<RunningCommand> {
  const exec = await client.exec(pod, { container: dnsLabelOf(container), command }).catch((error: unknown) => {
    if (isNotRunning(error)) throw new ExecRefused(messageOf(error), { cause: error })
    throw error
  })
  let isOver = false
  const follow = async (): Promise<CommandEnd> => {
    try {
      for await (const bytes of exec.output) await onOutput(bytes)
      return await exec.ended
    } catch (error) {
      return { failure: messageOf(error) }
    } finally {
      isOver = true
    }
  }
  const ended = follow()
  let isClosing = false
  const close = (): void => {
    if (isClosing) return
    isClosing = true
    if (isOver) exec.close()
    else void hangUp(exec, clock, () => isOver)
  }
  return { ended, write: exec.write, resize: exec.resize, close }
}

/** Ctrl-C ends what is in front, Ctrl-D the shell behind it: as often as shells lie in each other, within reason. */
const keys = [0x03, 0x04, 0x03, 0x04, 0x03, 0x04]
const betweenKeysMs = 150

/**
 * The container runtime leaves a command alone when its connection goes, terminal and all, and Kubernetes has no call
 * that ends it. So it is asked to go as a user would ask; a program that takes neither key stays until its container ends.
 */
async function hangUp(exec: KubeExec, clock: Clock, isOver: () => boolean): Promise<void> {
  for (const key of keys) {
    if (isOver()) break
    await exec.write(Uint8Array.of(key))
    await pause(clock, betweenKeysMs)
  }
  exec.close()
}
