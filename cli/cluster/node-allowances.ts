// What tasks may do that nodes of Kubernetes do not allow unless they are told: clusters that kecs makes are told so.

/** Single containers of a pod can be restarted from Kubernetes 1.34 on, there behind this gate. */
export const restartGate = 'ContainerRestartRules'

/** Another version would not start with the gate. The image's tag begins with the version, as kind's and k3s' do. */
export const needsRestartGate = (image: string | undefined): boolean => image !== undefined && /:v1\.34\.\d+/.test(image)

/** All sysctls that a pod has of its own, which systemControls may set; without this a node runs none but a few. */
export const ownSysctls = ['net.*', 'kernel.msg*', 'kernel.sem', 'kernel.shm*', 'fs.mqueue.*'] as const
