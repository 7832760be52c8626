import { CliError } from '../../shared/errors.ts'
import { portTakenError } from './ports.ts'

/** What to do when Docker cannot be used; undefined when the text is about something else. */
export const unreachable = (text: string): CliError | undefined => {
  if (/permission denied while trying to connect|dial unix [^\n]*permission denied/i.test(text))
    return new CliError(
      'Docker is running, but this user may not use it.',
      'Add yourself to the group that may (`sudo usermod -aG docker $USER`, then log in again), or use a rootless Docker.',
    )
  if (/cannot connect to the docker daemon|is the docker daemon running|error during connect|dial unix|connection refused/i.test(text))
    return new CliError(
      'Docker is not running.',
      'Start Docker Desktop, OrbStack or Colima, or `sudo systemctl start docker`; then run the command again. `--driver simulated` needs no Docker.',
      { details: lastLines(text, 2) },
    )
  return undefined
}

/** A daemon that takes the question and never answers. */
export const hanging = (milliseconds: number): CliError =>
  new CliError(
    `Docker hangs: no answer within ${Math.round(milliseconds / 1000)} s.`,
    'See whether `docker ps` answers; if not, restart Docker (Docker Desktop, or `sudo systemctl restart docker`) and run the command again.',
  )

/**
 * Of containers that Docker killed and that did not end; undefined when the text is about something else. A process that is
 * frozen takes no signal with control groups of version 1, where runc may leave one so that was cut off as it began.
 */
export const unkillable = (containers: readonly string[], text: string): CliError | undefined => {
  if (!/did not receive an exit event|Could not kill running container/i.test(text)) return undefined
  const thaw = (name: string): string =>
    `sudo find /sys/fs/cgroup/freezer -path "*$(docker inspect -f '{{.Id}}' ${name})*" -name freezer.state -exec sh -c 'echo THAWED > {}' \\;`
  return new CliError(
    `Docker cannot end the container ${containers.join(', ')}: a process in it is frozen, or waits for the kernel.`,
    [
      'Where /sys/fs/cgroup/freezer is there, thaw it, and run the command again:',
      ...containers.map(thaw),
      'Elsewhere, or where that does not help, restart Docker or this machine before.',
    ].join('\n'),
    { details: lastLines(text, 2) },
  )
}

/** What went wrong, told from what Docker, kind or k3d printed; undefined when it is none of what users meet. */
export const knownFailure = (text: string): CliError | undefined => {
  const down = unreachable(text)
  if (down) return down
  const taken = portInText(text)
  if (taken !== undefined) return portTakenError([{ port: taken }])
  if (/no space left on device|disk quota exceeded/i.test(text))
    return new CliError(
      'The disk that Docker keeps its data on is full.',
      'Free space there, for example with `docker system prune`, and run the command again.',
      {
        details: lastLines(
          text
            .split('\n')
            .filter(line => /no space left|quota/i.test(line))
            .join('\n'),
          2,
        ),
      },
    )
  const image = imageInText(text)
  if (image)
    return new CliError(
      `The image ${image} is not here and could not be pulled.`,
      `Check the name and the network, then try \`docker pull ${image}\`.`,
      {
        details: lastLines(text, 3),
      },
    )
  if (/too many open files|failed to create fsnotify watcher|inotify/i.test(text))
    return new CliError(
      'The system is out of inotify watches or open files, which cluster nodes need.',
      'Raise them: `sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`.',
      { details: lastLines(text, 2) },
    )
  return undefined
}

/** The host port that could not be bound, as Docker words it (both with and without its userland proxy). */
export const portInText = (text: string): number | undefined => {
  const found =
    /Bind for [^\s]*:(\d+) failed: port is already allocated/.exec(text) ??
    /listen (?:tcp|udp)\d? [^\s]*:(\d+): bind: address already in use/.exec(text) ??
    /failed to bind host port(?: for)? [^\s]*?:(\d+)[:/ ][^\n]*address already in use/.exec(text) ??
    /ports are not available: exposing port (?:TCP|UDP) [^\s]*?:(\d+) /.exec(text)
  return found?.[1] === undefined ? undefined : Number(found[1])
}

const imageInText = (text: string): string | undefined =>
  (
    /failed to pull image ["']([^"']+)["']/.exec(text) ??
    /Unable to find image ["']([^"']+)["']/.exec(text) ??
    /No such image: (\S+)/.exec(text)
  )?.[1]

/** The last lines that hold something. */
export const lastLines = (text: string, count: number): readonly string[] =>
  text
    .split('\n')
    .map(line => line.trimEnd())
    .filter(line => line !== '')
    .slice(-count)
