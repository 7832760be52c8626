// What is asked of the backend's ACM. https://docs.aws.amazon.com/acm/latest/APIReference/Welcome.html
import { createPrivateKey } from 'node:crypto'
import { type Backend, type BackendPlace, BackendError } from './backend.ts'
import { listOf, memberOf, textOf } from './read-answer.ts'

const target = (operation: string): string => `CertificateManager.${operation}`

export interface DescribedCertificate {
  /** The names that it is for, the main one first. */
  readonly names: readonly string[]
  /** Such as `RSA_2048` or `EC_prime256v1`. */
  readonly keyAlgorithm: string | undefined
}

/** Rejects with BackendError ResourceNotFoundException when there is none. */
export async function describeCertificate(backend: Backend, arn: string, place: BackendPlace): Promise<DescribedCertificate> {
  const answer = await backend.json('acm', target('DescribeCertificate'), { CertificateArn: arn }, place)
  const certificate = memberOf(answer, 'Certificate')
  const others = listOf(memberOf(certificate, 'SubjectAlternativeNames')).filter(name => typeof name === 'string')
  const name = textOf(certificate, 'DomainName')
  return {
    names: [...new Set([...(name === undefined ? [] : [name]), ...others])],
    keyAlgorithm: textOf(certificate, 'KeyAlgorithm'),
  }
}

/** PEM. */
export interface ExportedCertificate {
  readonly certificate: string
  readonly key: string
}

/**
 * A certificate with its key; undefined where ACM does not hand it out: it does so for private ones alone, and for
 * public ones that were requested so.
 */
export async function exportCertificate(
  backend: Backend,
  arn: string,
  place: BackendPlace,
  passphrase: string,
): Promise<ExportedCertificate | undefined> {
  const input = { CertificateArn: arn, Passphrase: Buffer.from(passphrase).toString('base64') }
  try {
    const answer = await backend.json('acm', target('ExportCertificate'), input, place)
    const own = textOf(answer, 'Certificate')
    const key = textOf(answer, 'PrivateKey')
    if (own === undefined || key === undefined) return undefined
    const chain = textOf(answer, 'CertificateChain') ?? ''
    const plain = createPrivateKey({ key, passphrase }).export({ type: 'pkcs8', format: 'pem' })
    return { certificate: `${own.trimEnd()}\n${chain}`, key: plain }
  } catch (error) {
    if (error instanceof BackendError) return undefined
    throw error
  }
}
