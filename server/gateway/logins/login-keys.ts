// The keys of an instance's logins: one that seals what browsers keep, and one that signs what targets are told.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CryptoKey, exportPKCS8, exportSPKI, generateKeyPair, importPKCS8 } from 'jose'
import { isMissing } from '../../../shared/errors.ts'
import type { Ids } from '../../../shared/ids.ts'

export interface LoginKeys {
  /** 32 bytes, for AES-256. */
  readonly sealing: Uint8Array
  readonly signing: {
    /** A UUID: by this the public key is asked for. */
    readonly id: string
    readonly privateKey: CryptoKey
    /** PEM. */
    readonly publicKey: string
  }
}

export const signingAlgorithm = 'ES256'
const fileName = 'keys.json'

/** The keys in a folder: read, or made the first time. Rejects where the folder cannot be written or the file is not ours. */
export async function openLoginKeys(folder: string, ids: Ids): Promise<LoginKeys> {
  const { sealing, id, privateKey, publicKey } = (await read(folder)) ?? (await make(folder, ids))
  return {
    sealing: Uint8Array.from(Buffer.from(sealing, 'base64url')),
    signing: { id, publicKey, privateKey: await importPKCS8(privateKey, signingAlgorithm) },
  }
}

interface Kept {
  readonly sealing: string
  readonly id: string
  readonly privateKey: string
  readonly publicKey: string
}

async function read(folder: string): Promise<Kept | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, fileName), 'utf8'))
    if (isKept(found)) return found
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  throw new Error(`${join(folder, fileName)} does not have the keys of logins`)
}

const isKept = (found: unknown): found is Kept =>
  typeof found === 'object' &&
  found !== null &&
  ['sealing', 'id', 'privateKey', 'publicKey'].every(name => typeof Object.entries(found).find(([key]) => key === name)?.[1] === 'string')

async function make(folder: string, ids: Ids): Promise<Kept> {
  const pair = await generateKeyPair(signingAlgorithm, { extractable: true })
  const kept: Kept = {
    sealing: randomBytes(32).toString('base64url'),
    id: ids.uuid(),
    privateKey: await exportPKCS8(pair.privateKey),
    publicKey: await exportSPKI(pair.publicKey),
  }
  const path = join(folder, fileName)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(`${path}.tmp`, JSON.stringify(kept), { mode: 0o600 })
  await rename(`${path}.tmp`, path)
  return kept
}
