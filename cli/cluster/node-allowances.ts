// What tasks and controllers may do that Kubernetes does not allow unless it is told: clusters that kecs makes are told so.

/** Single containers of a pod can be restarted from Kubernetes 1.34 on, there behind this gate. */
export const restartGate = 'ContainerRestartRules'

/** Another version would not start with the gate. The image's tag begins with the version, as kind's and k3s' do. */
export const needsRestartGate = (image: string | undefined): boolean => image !== undefined && /:v1\.34\.\d+/.test(image)

/** All sysctls that a pod has of its own, which systemControls may set; without this a node runs none but a few. */
export const ownSysctls = ['net.*', 'kernel.msg*', 'kernel.sem', 'kernel.shm*', 'fs.mqueue.*'] as const

/**
 * Calls of the controller manager to the API server, a second and in a row. It makes some hundred of them before its
 * first pod, which with its own twenty a second takes five seconds.
 */
export const controllerCalls = { 'kube-api-qps': '200', 'kube-api-burst': '400' } as const
