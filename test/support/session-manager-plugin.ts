// Stands in for the Session Manager plugin where the AWS CLI looks for it: bin/session-manager-plugin runs this file.
// It takes the plugin's arguments (session, region, operation, profile, parameters, endpoint) and prints what it prints.
import type { Session } from '@aws-sdk/client-ecs'
import { SessionClient } from './session-client.ts'

const [session] = process.argv.slice(2)
if (session === undefined) {
  process.stdout.write('\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n')
  process.exit(0)
}
const { SessionId, StreamUrl, TokenValue } = namesOf(JSON.parse(session) as Record<string, string>)
process.stdout.write(`\nStarting session with SessionId: ${SessionId}\n`)
const opened: Session = { sessionId: SessionId, streamUrl: StreamUrl, tokenValue: TokenValue }
const client = await SessionClient.open(opened, { onOutput: bytes => process.stdout.write(bytes) })
if (process.stdin.isTTY) process.stdin.setRawMode(true)
process.stdin.on('data', (bytes: Buffer) => client.send(1, bytes.equals(Buffer.from('\n')) ? Buffer.from('\r') : bytes))
const tellSize = (): void => client.resize(process.stdout.columns || 300, process.stdout.rows || 100)
tellSize()
process.stdout.on('resize', tellSize)
const output = await client.ends(24 * 3_600_000)
if (process.stdin.isTTY) process.stdin.setRawMode(false)
process.stdout.write(
  output === '' ? `\n\nExiting session with sessionId: ${SessionId}.\n\n` : `\n\nSessionId: ${SessionId} : ${output}\n\n`,
)
process.exit(0)

/** The plugin reads JSON as Go does: whatever the case of its names. */
function namesOf(given: Record<string, string>): { SessionId: string; StreamUrl: string; TokenValue: string } {
  const member = (name: string): string => given[name] ?? given[name[0]!.toLowerCase() + name.slice(1)] ?? ''
  return { SessionId: member('SessionId'), StreamUrl: member('StreamUrl'), TokenValue: member('TokenValue') }
}
