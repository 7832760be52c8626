import packet, { type Answer, type DecodedPacket, type Packet } from 'dns-packet'
import { type DnsAnswer, type DnsRecord, type Zones, answer } from '../domain/discovery/answers.ts'

export interface RespondParts {
  readonly zones: Zones
  /** The IPv4 addresses of a name that is no zone's of ours; rejects where there are none. */
  readonly resolve: (name: string) => Promise<readonly string[]>
}

/** What fits into a datagram for one that says nothing else: bytes, RFC 1035. */
const plainLimit = 512
/** What EDNS may raise that to: bytes. Less than what networks take in one piece. */
const ednsLimit = 1232

/** RFC 1035, 4.1.1: the kind of query, and how it is answered. */
const standardQuery = 0
const codes = { ok: 0, formatError: 1, notFound: 3, notImplemented: 4, refused: 5 }

/** The bytes that answer a query's; undefined for what is none. With `limit` a longer answer is cut short, and says so. */
export const respond = async (query: Uint8Array, parts: RespondParts, isDatagram: boolean): Promise<Uint8Array | undefined> => {
  const asked = decoded(query)
  if (asked === undefined || asked.type !== 'query') return undefined
  const reply = await replyTo(asked, parts)
  const bytes = packet.encode(reply)
  if (!isDatagram || bytes.length <= limitOf(asked)) return bytes
  return packet.encode({ ...reply, flags: (reply.flags ?? 0) | packet.TRUNCATED_RESPONSE, answers: [], additionals: [], authorities: [] })
}

const decoded = (query: Uint8Array): DecodedPacket | undefined => {
  try {
    return packet.decode(Buffer.from(query.buffer, query.byteOffset, query.byteLength))
  } catch {
    // Not a packet: nobody waits for an answer.
    return undefined
  }
}

const limitOf = ({ additionals = [] }: DecodedPacket): number => {
  const option = additionals.find(each => each.type === 'OPT')
  return option === undefined ? plainLimit : Math.min(ednsLimit, Math.max(plainLimit, option.udpPayloadSize))
}

const replyTo = async ({ id, flags = 0, questions = [] }: DecodedPacket, parts: RespondParts): Promise<Packet> => {
  const [question] = questions
  const kept = flags & packet.RECURSION_DESIRED
  const base = { type: 'response' as const, ...(id === undefined ? {} : { id }), questions }
  if (((flags >> 11) & 0xf) !== standardQuery) return { ...base, flags: kept | codes.notImplemented }
  if (question === undefined || questions.length > 1) return { ...base, flags: kept | codes.formatError }
  const found = answer(question.name, question.type, parts.zones)
  if (found.is === 'refused') return { ...base, flags: kept | codes.refused }
  const records = question.type === 'A' ? await followed(found.records, parts) : found.records
  return {
    ...base,
    flags: kept | packet.AUTHORITATIVE_ANSWER | (found.is === 'found' ? codes.ok : codes.notFound),
    // As it was asked, whatever its case: some resolvers tell answers by that.
    answers: records.map(record => written(record, question.name)),
    additionals: found.additional.map(record => written(record, question.name)),
    authorities: records.length > 0 ? [] : authority(found),
  }
}

const mostSteps = 8

/** With the addresses of what CNAME records name: who asks does not ask on. */
const followed = async (records: readonly DnsRecord[], { zones, resolve }: RespondParts): Promise<readonly DnsRecord[]> => {
  const all = [...records]
  for (let at = 0; at < all.length && all.length <= mostSteps; at += 1) {
    const record = all[at]
    if (record?.type !== 'CNAME') continue
    const inside = answer(record.data, 'A', zones)
    if (inside.is !== 'refused') all.push(...inside.records)
    // A name without an address has none: the record itself is still true.
    else for (const data of await resolve(record.data).catch(() => [])) all.push({ name: record.data, type: 'A', ttl: record.ttl, data })
  }
  return all
}

const written = (record: DnsRecord, asked: string): Answer => {
  const name = record.name === asked.toLowerCase() ? asked : record.name
  return record.type === 'SRV' ? { ...record, name, data: { ...record.data } } : { ...record, name }
}

const authority = ({ zone }: DnsAnswer): Answer[] =>
  zone === undefined
    ? []
    : [
        {
          type: 'SOA',
          name: zone.name,
          ttl: zone.ttl,
          data: {
            mname: `ns.${zone.name}`,
            rname: `hostmaster.${zone.name}`,
            serial: 1,
            refresh: 7200,
            retry: 900,
            expire: 1_209_600,
            minimum: zone.ttl,
          },
        },
      ]
