// Writes server/aws/generated from the installed SDK packages. With --check it writes nothing and fails when a file is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModel } from './model.ts'
import { sources } from './sources.ts'
import { writeService } from './write.ts'

const check = process.argv.includes('--check')
const folder = join(import.meta.dir, '../../server/aws/generated')
mkdirSync(folder, { recursive: true })
const current = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
let stale = 0
for (const source of sources) {
  const file = join(folder, `${source.name}.ts`)
  const text = writeService(readModel(source.packageName), source)
  if (current(file) === text) continue
  stale++
  if (check) console.error(`${source.name}.ts is not what scripts/generate writes: run ./dev generate`)
  else writeFileSync(file, text)
}
process.exit(check && stale > 0 ? 1 : 0)
