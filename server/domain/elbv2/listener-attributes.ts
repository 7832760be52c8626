// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
import type { LoadBalancerTypeEnum, ProtocolEnum } from '../../aws/generated/elbv2.ts'
import { type AttributeRule, type AttributeRules, type CheckValue, anyText, fromFollowing, trueOrFalse, wholeNumber } from './attributes.ts'

/** RFC 9110, section 5.6.2. Empty gives the header back its own name. */
const headerName: CheckValue = (value, key) =>
  /^[A-Za-z0-9_-]{0,40}$/.test(value) ? undefined : `The value of '${key}' contains invalid characters`

const request = (header: string): AttributeRule => ({
  key: `routing.http.request.${header}.header_name`,
  default: '',
  check: headerName,
})

const response = (header: string, check: CheckValue = anyText): AttributeRule => ({
  key: `routing.http.response.${header}.header_value`,
  default: '',
  check,
})

const server: AttributeRule = { key: 'routing.http.response.server.enabled', default: 'true', check: trueOrFalse }

const responses: readonly AttributeRule[] = [
  server,
  response('strict_transport_security'),
  response('access_control_allow_origin'),
  response('access_control_allow_methods'),
  response('access_control_allow_headers'),
  response('access_control_allow_credentials', fromFollowing('true')),
  response('access_control_expose_headers'),
  response('access_control_max_age', wholeNumber(0, 86_400, '')),
  response('content_security_policy'),
  response('x_content_type_options', fromFollowing('nosniff')),
  response('x_frame_options', fromFollowing('DENY', 'SAMEORIGIN')),
]

const requests: readonly AttributeRule[] = [
  'x_amzn_mtls_clientcert_serial_number',
  'x_amzn_mtls_clientcert_issuer',
  'x_amzn_mtls_clientcert_subject',
  'x_amzn_mtls_clientcert_validity',
  'x_amzn_mtls_clientcert_leaf',
  'x_amzn_mtls_clientcert',
  'x_amzn_tls_version',
  'x_amzn_tls_cipher_suite',
].map(request)

const idleTimeout: AttributeRule = { key: 'tcp.idle_timeout.seconds', default: '350', check: wholeNumber(60, 6000) }

const known = new Set([...responses, ...requests, idleTimeout].map(({ key }) => key))

const ofOthers = (): string => 'The provided listener attribute is not supported'

/** What a listener has as attributes. Only TLS hides what clients' certificates say: names of those headers are HTTPS' alone. */
export function listenerAttributeRules(type: LoadBalancerTypeEnum, protocol: ProtocolEnum | undefined): AttributeRules {
  const subject = 'Listener'
  if (type === 'application') {
    const isSecure = protocol === 'HTTPS'
    return { subject, rules: isSecure ? [...responses, ...requests] : responses, known, ofOthers }
  }
  const hasTimeout = type === 'gateway' || protocol === 'TCP' || protocol === 'TCP_UDP'
  return { subject, rules: hasTimeout ? [idleTimeout] : [], known, ofOthers }
}
