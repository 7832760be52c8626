// A request that the gateway answered as a line of an Application Load Balancer's access log.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
import type { ListenerRow, RuleRow } from '../../store/elbv2-tables.ts'
import { targetGroupsOf } from './actions.ts'

/** What the gateway tells of a request: https://doc.traefik.io/traefik/v3.6/reference/install-configuration/observability/logs-and-accesslogs/ */
export type GatewayRecord = Readonly<Record<string, unknown>>

/** Whose request it was. */
export interface Matched {
  readonly listener: ListenerRow['listener']
  /** Absent where no rule was come to. */
  readonly rule?: RuleRow['rule'] | undefined
}

/** Without a line break at its end. */
export function accessLogEntry(record: GatewayRecord, { listener, rule }: Matched): string {
  const text = (name: string): string => (typeof record[name] === 'string' ? record[name] : '')
  const number = (name: string): number => (typeof record[name] === 'number' ? record[name] : 0)
  const start = Date.parse(text('StartUTC'))
  const target = text('ServiceAddr') || '-'
  const isSecure = text('TLSVersion') !== ''
  const scheme = isSecure ? 'https' : 'http'
  const status = String(number('DownstreamStatus'))
  const hasTarget = target !== '-'
  const { times, status: targetStatus } = answerOf(record)
  const group = targetGroupsOf(rule?.Actions).find(arn => text('ServiceName').startsWith(`group-${arn.slice(arn.lastIndexOf('/') + 1)}@`))
  const host = text('RequestHost')
  const request = `${text('RequestMethod')} ${scheme}://${host}:${listener.Port}${text('RequestPath')} ${text('RequestProtocol')}`
  return [
    typeOf(text('RequestProtocol'), status, isSecure),
    timeOf(start + number('Duration') / 1e6),
    (listener.LoadBalancerArn ?? '').replace(/^.*?:loadbalancer\//, ''),
    text('ClientAddr') || '-',
    target,
    ...times,
    status,
    targetStatus,
    String(number('RequestContentSize')),
    String(number('DownstreamContentSize')),
    quoted(request),
    quoted(text('request_User-Agent')),
    isSecure ? cipherOf(text('TLSCipher')) : '-',
    isSecure ? `TLSv${text('TLSVersion')}` : '-',
    group ?? '-',
    quoted(text('request_X-Amzn-Trace-Id')),
    quoted(isSecure ? host : ''),
    quoted(isSecure ? (listener.Certificates?.[0]?.CertificateArn ?? '') : ''),
    rule === undefined ? '-' : rule.IsDefault ? '0' : rule.Priority,
    timeOf(start),
    quoted((rule?.Actions ?? []).map(({ Type }) => (Type.startsWith('authenticate-') ? 'authenticate' : Type)).join(',')),
    quoted(text('downstream_Location')),
    '"-"',
    quoted(hasTarget ? target : ''),
    quoted(hasTarget ? targetStatus : ''),
    '"-"',
    '"-"',
    '-',
  ].join(' ')
}

/** A target may have been asked and not have answered: the gateway's status is not the target's then, and no time is told. */
function answerOf(record: GatewayRecord): { readonly times: readonly string[]; readonly status: string } {
  const { ServiceAddr: target = '', OriginStatus: status = 0, Overhead: before, OriginDuration: during } = record
  if (target === '' || status === 0 || record['request_X-Kecs-From'] === 'balancer') return { times: ['-1', '-1', '-1'], status: '-' }
  return { times: [seconds(Number(before)), seconds(Number(during)), '0.000'], status: String(status) }
}

function typeOf(protocol: string, status: string, isSecure: boolean): string {
  if (status === '101') return isSecure ? 'wss' : 'ws'
  return protocol === 'HTTP/2.0' ? 'h2' : isSecure ? 'https' : 'http'
}

const timeOf = (milliseconds: number): string => {
  const microseconds = Math.round(milliseconds * 1000)
  const [date] = new Date(Math.floor(microseconds / 1000)).toISOString().split('.')
  return `${date}.${String(microseconds % 1_000_000).padStart(6, '0')}Z`
}

/** Of nanoseconds. */
const seconds = (nanoseconds: number): string => (nanoseconds / 1e9).toFixed(3)

/** What is not there is a dash; what would end the field, or is no ASCII, is escaped. */
const quoted = (text: string): string =>
  `"${text === '' ? '-' : text.replace(/["\\]|[^\u0020-\u007e]/gu, found => Array.from(new TextEncoder().encode(found), byte => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''))}"`

/** OpenSSL's names, which TLS 1.3 has no others for. */
const cipherOf = (name: string): string =>
  name.includes('_WITH_')
    ? name
        .replace(/^TLS_/, '')
        .replace('_WITH_', '-')
        .replace(/AES_(\d+)/, 'AES$1')
        .replace(/_CBC_SHA$/, '-SHA')
        .replaceAll('_', '-')
    : name
