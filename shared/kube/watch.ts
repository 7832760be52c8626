import { setTimeout as pause } from 'node:timers/promises'

import type { WatchEvent, WatchOptions } from './client.ts'
import { KubeError } from './errors.ts'
import { fromJson } from './json.ts'
import type { Kind, KubeObject } from './objects.ts'
import { pathOf } from './paths.ts'
import type { Transport } from './transport.ts'

type Line<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly reason?: string; readonly message?: string } }

const names = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const

/** How long the server is asked to keep one watch. */
const watchSeconds = 290
/** Longer than a watch lasts: a connection that says nothing for so long is dead. Bookmarks come each minute or so. */
const idleMs = 150_000
const firstPause = 50
const longestPause = 2_000

/**
 * List, then watch from there; https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
 * A watch that ends or breaks goes on from the last version seen; one whose version is gone (410) lists again.
 */
export async function* watchKind<T extends KubeObject>(
  transport: Transport,
  list: () => Promise<{ readonly items: readonly T[]; readonly resourceVersion: string }>,
  kind: Kind<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { signal } = options
  let version: string | undefined
  let wait = firstPause
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const { items, resourceVersion } = await list()
        yield { is: 'listed', items }
        version = resourceVersion
      }
      for await (const line of linesFrom<T>(transport, kind, options, version)) {
        wait = firstPause
        if (line.type === 'ERROR') throw errorOf(line.object, kind)
        version = line.object.metadata?.resourceVersion ?? version
        if (line.type !== 'BOOKMARK') yield { is: names[line.type], object: line.object }
      }
    } catch (error) {
      // Not an `if` on the loop's head alone: an abort shows here as the error that it caused.
      if (wasAborted(signal)) return
      options.onError?.(error)
      if (isGone(error)) version = undefined
      await pause(wait, undefined, { signal }).catch(() => {})
      wait = Math.min(longestPause, wait * 2)
    }
  }
}

async function* linesFrom<T extends KubeObject>(
  transport: Transport,
  kind: Kind<T>,
  options: WatchOptions,
  resourceVersion: string,
): AsyncGenerator<Line<T>, void, undefined> {
  const path = pathOf(kind, options, {
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion,
    timeoutSeconds: watchSeconds,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
  })
  for await (const line of transport.lines({ method: 'GET', path, repeatable: true, signal: options.signal }, { idleMs }))
    if (line !== '') yield fromJson<Line<T>>(line)
}

const wasAborted = (signal: AbortSignal): boolean => signal.aborted

const isGone = (error: unknown): boolean =>
  error instanceof KubeError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone')

const errorOf = (
  status: { readonly code?: number; readonly reason?: string; readonly message?: string },
  kind: Kind<KubeObject>,
): KubeError =>
  new KubeError(status.message ?? 'The watch ended with an error', {
    status: status.code ?? 500,
    reason: status.reason ?? 'Unknown',
    request: `WATCH ${kind.plural}`,
  })
