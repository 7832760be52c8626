// A control plane in a process of its own, for a test that kills it: prints its address, then serves until the end.
import type { ServerConfig } from './config.ts'
import { startServer } from './main.ts'

const config: ServerConfig = JSON.parse(process.argv[2] ?? '')
const server = await startServer(config)
process.stdout.write(`${server.url}\n`)
