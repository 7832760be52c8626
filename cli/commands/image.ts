import { CliError } from '../../shared/errors.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { runningTargetOf } from '../target.ts'

export const imageLoad = defineCommand({
  name: 'image load',
  summary: "Bring the local Docker's images into the cluster.",
  description:
    'Tasks then start from them without a registry. Nodes that have an image already are left alone. A simulated instance needs none, and says so.',
  args: { ...commonFlags, image: { type: 'positional', description: 'an image that `docker images` lists' } },
  rest: 'IMAGE',
  examples: [
    ['kecs image load my-app:dev', 'after docker build -t my-app:dev .'],
    ['kecs image load web:1 worker:1', 'several; shared layers are sent once'],
  ],
  run: async (given, host) => {
    const { instance, driver, output, signal, asJson } = await runningTargetOf(given, host, '10m')
    const images = [...new Set(given.words)]
    if (driver.name === 'simulated') {
      // A script that runs here and on a cluster goes on: simulated tasks take any image's name.
      output.note('Nothing was loaded: this instance is simulated, and its tasks need no image.')
      if (asJson) output.json({ name: instance.name, simulated: true, loaded: [], present: [] })
      return
    }
    const { localDocker } = await import('../cluster/docker.ts')
    const local = await localDocker().imageIds(images, signal)
    const unknown = images.filter(image => !local.has(image))
    if (unknown.length > 0) {
      throw new CliError(
        `Docker has no image ${unknown.join(', ')}.`,
        `Build it or fetch it first: docker pull ${unknown[0]}\nImages of a registry need no loading: the cluster pulls them itself.`,
      )
    }
    const steps = output.steps(host.signal)
    const loaded = await steps.run(images.length === 1 ? `Image ${images[0]}` : `${images.length} images`, async ({ progress, done }) => {
      const missing = await driver.missingImages(instance, images, signal)
      if (missing.length > 0) await driver.loadImages(instance, missing, { signal, progress })
      const what = images.length === 1 ? `Image ${images[0]}` : `${images.length} images`
      done(
        missing.length === 0
          ? `${what}: already there`
          : `${what}: ${missing.length === images.length ? '' : `${missing.length} of them `}brought in`,
      )
      return missing
    })
    if (asJson) output.json({ name: instance.name, loaded, present: images.filter(image => !loaded.includes(image)) })
  },
})
