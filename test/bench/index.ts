// Runs the benchmarks: all of them, or those named. Each prints its method and its figures; none asserts anything.
const names = [
  'binary',
  'requests',
  'scale',
  'hostile',
  'store',
  'state',
  'up',
  'cluster',
  'targets',
  'scheduler',
  'load-balancer',
  'agent',
] as const

const chosen = process.argv.slice(2)
const unknown = chosen.filter(name => !names.some(known => known === name))
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exit(2)
}
for (const name of names) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<void> }
  await bench()
}

export {}
