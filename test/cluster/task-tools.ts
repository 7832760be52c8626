// What tests bring into tasks' containers by a folder of the node: Node with the libraries that it is linked to, scripts
// for it, and boto3. All of it is the host's own, so nothing is fetched.
import { copyFile, cp, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs'
import type { TestInstance } from '../support/instance.ts'

export interface TaskTools {
  /** The folder on the host. */
  readonly folder: string
  readonly container: Partial<ContainerDefinition>
  readonly definition: Partial<RegisterTaskDefinitionCommandInput>
}

/** Where containers have the folder. */
const inside = '/tools'
export const node = `LD_LIBRARY_PATH=${inside}/lib exec ${inside}/node`
export const withBoto3 = `export PYTHONPATH=${inside}/python`

/** The instance's data folder is the node's /data. */
export const taskTools = async ({ home, name }: TestInstance): Promise<TaskTools> => {
  const folder = join(home, name, 'data', 'test-tools')
  await mkdir(join(folder, 'lib'), { recursive: true })
  return {
    folder,
    container: {
      image: 'kecs-test/awscli:latest',
      memory: 256,
      mountPoints: [{ sourceVolume: 'tools', containerPath: inside, readOnly: true }],
    },
    definition: { volumes: [{ name: 'tools', host: { sourcePath: '/data/test-tools' } }] },
  }
}

/** The C library is the image's own. */
const ownOfImages = /\/(ld-linux|libc|libm|libdl|libpthread|librt)[.-]/

export const bringNode = async ({ folder }: TaskTools, script: string): Promise<void> => {
  const program = output(['node', '-p', 'process.execPath']).trim()
  const libraries = [...output(['ldd', program]).matchAll(/=> (\/\S+)/g)].map(([, path = '']) => path)
  await Promise.all([
    copyFile(program, join(folder, 'node')),
    ...libraries.filter(path => !ownOfImages.test(path)).map(path => copyFile(path, join(folder, 'lib', basename(path)))),
  ])
  const built = await Bun.build({ entrypoints: [script], target: 'node', format: 'esm', naming: '[name].mjs', outdir: folder })
  if (!built.success) throw new Error(`${script}: ${built.logs.map(({ message }) => message).join('\n')}`)
}

const pythonPackages = ['boto3', 'botocore', 's3transfer', 'jmespath', 'dateutil', 'urllib3', 'six'] as const

export const bringBoto3 = async ({ folder }: TaskTools): Promise<void> => {
  const script = `import ${pythonPackages.join(', ')}\nfor each in (${pythonPackages.join(', ')}): print(each.__file__)`
  const files = output(['python3', '-c', script]).trim().split('\n')
  await mkdir(join(folder, 'python'), { recursive: true })
  await Promise.all(
    files.map(file => {
      const source = basename(file) === '__init__.py' ? dirname(file) : file
      return cp(source, join(folder, 'python', basename(source)), { recursive: true })
    }),
  )
}

const output = (command: string[]): string => {
  const { success, stdout, stderr } = Bun.spawnSync(command)
  if (!success) throw new Error(`${command.join(' ')}: ${stderr.toString()}`)
  return stdout.toString()
}
