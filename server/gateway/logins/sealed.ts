// What a browser keeps for the load balancer and must neither read nor change.
import { CompactEncrypt, compactDecrypt } from 'jose'

/** A value as a text that only the key's holder reads or makes: a JSON Web Encryption, RFC 7516. */
export async function seal(value: object, key: Uint8Array): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return new CompactEncrypt(bytes).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key)
}

/** What was sealed; undefined for anything else. */
export async function unseal(text: string, key: Uint8Array): Promise<unknown> {
  try {
    const { plaintext } = await compactDecrypt(text, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return JSON.parse(new TextDecoder().decode(plaintext))
  } catch {
    return undefined
  }
}
