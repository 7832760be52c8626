/** What kubelets know Docker Hub by, whatever the image. */
const dockerHub = 'https://index.docker.io/v1/'

/**
 * What credentials for an image are kept under: its repository without tag or digest, as kubelets look for the longest
 * path that the image's begins with.
 * https://kubernetes.io/docs/concepts/containers/images/#config-json
 */
export const imageRepository = (image: string): string => {
  const [name = ''] = image.split('@')
  const [host = '', ...path] = name.split('/')
  const isHost = path.length > 0 && (host.includes('.') || host.includes(':') || host === 'localhost')
  if (!isHost || host === 'docker.io' || host === 'index.docker.io') return dockerHub
  const last = path.at(-1)?.replace(/:.*$/, '') ?? ''
  return [host, ...path.slice(0, -1), last].join('/')
}
