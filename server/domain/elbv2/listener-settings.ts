// A listener's protocol, port, certificate and so on: what goes together.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
import { ServiceError } from '../../aws/errors.ts'
import type {
  Certificate,
  CreateListenerInput,
  Listener,
  LoadBalancer,
  LoadBalancerTypeEnum,
  MutualAuthenticationAttributes,
  ProtocolEnum,
} from '../../aws/generated/elbv2.ts'
import { parseArn } from '../arn.ts'
import { kindOfArn } from './arns.ts'
import { checkCount, invalidConfiguration, validationError } from './refusals.ts'
import { defaultSslPolicy, sslPolicyNamed } from './ssl-policies.ts'

const protocolsOf: Readonly<Record<LoadBalancerTypeEnum, readonly ProtocolEnum[]>> = {
  application: ['HTTP', 'HTTPS'],
  network: ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'],
  gateway: [],
}

export type ListenerSettings = Pick<Listener, 'Protocol' | 'Port' | 'SslPolicy' | 'Certificates' | 'AlpnPolicy' | 'MutualAuthentication'>
export type ListenerInput = Pick<
  CreateListenerInput,
  'Protocol' | 'Port' | 'SslPolicy' | 'Certificates' | 'AlpnPolicy' | 'MutualAuthentication'
>

const isSecure = (protocol: ProtocolEnum | undefined): boolean => protocol === 'HTTPS' || protocol === 'TLS'

/** A listener's settings as a call asks for them, over those that it had. What a change of protocol makes void is left out. */
export function listenerSettings(
  loadBalancer: Pick<LoadBalancer, 'Type' | 'IpAddressType' | 'EnablePrefixForIpv6SourceNat'>,
  input: ListenerInput,
  before?: ListenerSettings,
): ListenerSettings {
  const type = loadBalancer.Type ?? 'application'
  if (type === 'gateway') return gatewaySettings(input)
  const Protocol = input.Protocol ?? before?.Protocol
  const Port = input.Port ?? before?.Port
  if (Port === undefined) throw validationError('A listener port must be specified')
  if (Protocol === undefined) throw validationError('A listener protocol must be specified')
  checkProtocol(Protocol, loadBalancer)
  const secure = isSecure(Protocol)
  const wasSecure = isSecure(before?.Protocol)
  return {
    Protocol,
    Port,
    ...(secure ? secureSettings(Protocol, input, wasSecure ? before : undefined) : refuseSecureSettings(Protocol, input)),
    ...alpnSettings(type, Protocol, input.AlpnPolicy, before?.AlpnPolicy),
    ...mutualSettings(Protocol, input.MutualAuthentication, before?.MutualAuthentication),
  }
}

function gatewaySettings(input: ListenerInput): ListenerSettings {
  if (input.Port !== undefined) throw validationError('A port cannot be specified for gateway listeners')
  if (input.Protocol !== undefined) throw validationError('A protocol cannot be specified for gateway listeners')
  if (input.Certificates?.length) throw validationError('Certificates cannot be specified for gateway listeners')
  return {}
}

function checkProtocol(
  protocol: ProtocolEnum,
  loadBalancer: Pick<LoadBalancer, 'Type' | 'IpAddressType' | 'EnablePrefixForIpv6SourceNat'>,
): void {
  const allowed = protocolsOf[loadBalancer.Type ?? 'application']
  if (!allowed.includes(protocol)) throw validationError(`Listener protocol '${protocol}' must be one of '${allowed.join(', ')}'`)
  const isDatagram = /UDP|QUIC/.test(protocol)
  if (isDatagram && loadBalancer.IpAddressType === 'dualstack' && loadBalancer.EnablePrefixForIpv6SourceNat !== 'on') {
    throw invalidConfiguration(
      `The specified listener protocol '${protocol}' is not supported on load balancers using the 'dualstack' IP address type when 'EnablePrefixForIpv6SourceNat' is set to 'off'`,
    )
  }
}

function secureSettings(protocol: ProtocolEnum, input: ListenerInput, before: ListenerSettings | undefined): ListenerSettings {
  const SslPolicy = input.SslPolicy || before?.SslPolicy || defaultSslPolicy
  if (sslPolicyNamed(SslPolicy) === undefined) throw new ServiceError('SSLPolicyNotFoundException', `SSL policy '${SslPolicy}' not found`)
  const given = input.Certificates?.length ? input.Certificates : before?.Certificates
  if (given === undefined || given.length === 0) {
    throw validationError(`A certificate must be specified for ${protocol} listeners`)
  }
  checkCount('certificate ARNs', 1, given)
  return { SslPolicy, Certificates: given.map(certificate => ({ CertificateArn: certificateArnOf(certificate) })) }
}

function refuseSecureSettings(protocol: ProtocolEnum, input: ListenerInput): ListenerSettings {
  if (input.Certificates?.length) throw validationError(`A certificate cannot be specified for ${protocol} listeners`)
  // The misspelling is AWS'.
  if (input.SslPolicy) throw validationError(`An SSL policy cannot be specifed for ${protocol} listeners`)
  return {}
}

/** The ARN in a certificate that a call names. Throws ValidationError and CertificateNotFound where it can be none of ACM's or IAM's. */
export function certificateArnOf(certificate: Certificate): string {
  const text = givenCertificateArn(certificate)
  if (!isCertificateArn(text)) throw new ServiceError('CertificateNotFoundException', `Certificate '${text}' not found`)
  return text
}

/** The same of a certificate that is to be removed: an ARN that can be none's is a ValidationError. */
export function removedCertificateArnOf(certificate: Certificate): string {
  const text = givenCertificateArn(certificate)
  if (!isCertificateArn(text)) throw validationError(`Certificate ARN '${text}' is not valid`)
  return text
}

function givenCertificateArn({ CertificateArn: text, IsDefault }: Certificate): string {
  if (text === undefined || text === '') throw validationError('A certificate ARN must be specified')
  if (IsDefault !== undefined) throw validationError("'IsDefault' cannot be specified for a certificate")
  return text
}

function isCertificateArn(text: string): boolean {
  const arn = parseArn(text)
  return (
    (arn?.service === 'acm' && arn.resource.startsWith('certificate/')) ||
    (arn?.service === 'iam' && arn.resource.startsWith('server-certificate/'))
  )
}

const alpnPolicies = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None']

function alpnSettings(
  type: LoadBalancerTypeEnum,
  protocol: ProtocolEnum,
  given: readonly string[] | undefined,
  before: readonly string[] | undefined,
): ListenerSettings {
  if (given === undefined || given.length === 0) return before !== undefined && protocol === 'TLS' ? { AlpnPolicy: before } : {}
  if (type !== 'network') throw validationError(`You cannot set ALPN policy on load balancers of type '${type}'`)
  if (protocol !== 'TLS') throw validationError(`You cannot set ALPN policy on listeners with protocol '${protocol}'`)
  checkCount('ALPN policy', 1, given)
  for (const name of given) {
    if (!alpnPolicies.includes(name)) throw new ServiceError('ALPNPolicyNotSupportedException', `ALPN policy [${name}] is not found`)
  }
  return { AlpnPolicy: given }
}

function mutualSettings(
  protocol: ProtocolEnum,
  given: MutualAuthenticationAttributes | undefined,
  before: MutualAuthenticationAttributes | undefined,
): ListenerSettings {
  if (protocol !== 'HTTPS') {
    if (given !== undefined && given.Mode !== undefined && given.Mode !== 'off') {
      throw validationError('Mutual Authentication cannot be set for non secure listeners')
    }
    return {}
  }
  if (given === undefined) return { MutualAuthentication: before ?? { Mode: 'off' } }
  return { MutualAuthentication: readMutual(given) }
}

function readMutual(given: MutualAuthenticationAttributes): MutualAuthenticationAttributes {
  const { Mode = 'off', TrustStoreArn, IgnoreClientCertificateExpiry: ignores, AdvertiseTrustStoreCaNames: advertises } = given
  if (!['off', 'passthrough', 'verify'].includes(Mode)) throw validationError(`Mutual Authentication mode ${Mode} not found`)
  if (Mode !== 'verify') {
    if (TrustStoreArn) throw validationError(`Mutual Authentication mode ${Mode} does not support a trust store arn`)
    if (ignores === true) throw validationError(`Mutual Authentication mode ${Mode} does not support ignoring client certificate expiry`)
    if (advertises === 'on') throw validationError(`Mutual Authentication mode ${Mode} does not support advertise trust store ca names`)
    return { Mode }
  }
  if (!TrustStoreArn) throw validationError('Mutual Authentication mode verify requires a trust store arn')
  if (kindOfArn(TrustStoreArn) !== 'trust store') throw validationError(`'${TrustStoreArn}' is not a valid trust store ARN`)
  return {
    Mode,
    TrustStoreArn,
    IgnoreClientCertificateExpiry: ignores ?? false,
    TrustStoreAssociationStatus: 'active',
    AdvertiseTrustStoreCaNames: advertises ?? 'off',
  }
}
