import type { Command } from '../command.ts'

/** All commands, by name and group, with their files imported only when they are used. */
export type CommandEntry = {
  readonly group: 'Instance' | 'Use' | 'Cluster' | 'Program'
  readonly summary: string
} & (Loadable | { /** Commands of a second word, such as `load` of `image load`. */ readonly words: Readonly<Record<string, WordEntry>> })

export type WordEntry = Loadable & { readonly summary: string }

interface Loadable {
  readonly load: () => Promise<Command>
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  up: { group: 'Instance', summary: 'start an instance, or mend what it lacks', load: async () => (await import('./up.ts')).up },
  status: { group: 'Instance', summary: 'show what runs and where it answers', load: async () => (await import('./status.ts')).status },
  stop: { group: 'Instance', summary: 'stop an instance; its data is kept', load: async () => (await import('./stop.ts')).stop },
  start: { group: 'Instance', summary: 'start a stopped instance', load: async () => (await import('./start.ts')).start },
  down: { group: 'Instance', summary: 'remove an instance; its data is kept', load: async () => (await import('./down.ts')).down },
  upgrade: {
    group: 'Instance',
    summary: 'bring the control plane to this version of kecs',
    load: async () => (await import('./upgrade.ts')).upgrade,
  },
  rollback: {
    group: 'Instance',
    summary: 'bring the control plane back to the image before',
    load: async () => (await import('./upgrade.ts')).rollback,
  },
  migrate: {
    group: 'Instance',
    summary: 'move the control plane into the cluster, or onto this machine',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  env: {
    group: 'Use',
    summary: 'print what the AWS CLI and SDKs need in the environment',
    load: async () => (await import('./env.ts')).env,
  },
  logs: { group: 'Use', summary: "print a component's log, or a task's", load: async () => (await import('./logs.ts')).logs },
  events: { group: 'Use', summary: 'show the API calls that were answered', load: async () => (await import('./events.ts')).events },
  query: { group: 'Use', summary: 'ask the state and its history with SQL', load: async () => (await import('./query.ts')).query },
  history: {
    group: 'Use',
    summary: 'show how a resource came to be what it is',
    load: async () => (await import('./history.ts')).history,
  },
  reset: {
    group: 'Use',
    summary: 'empty an instance that was started with --allow-reset',
    load: async () => (await import('./reset.ts')).reset,
  },
  snapshot: {
    group: 'Use',
    summary: 'keep the state in a file, and go back to it',
    words: {
      create: { summary: 'keep the state as it is now', load: async () => (await import('./snapshot.ts')).create },
      list: { summary: 'show what there is', load: async () => (await import('./snapshot.ts')).list },
      restore: { summary: 'go back to one', load: async () => (await import('./snapshot.ts')).restore },
      export: { summary: 'write one to a file', load: async () => (await import('./snapshot.ts')).exportTo },
      import: { summary: 'take one from a file, of another instance too', load: async () => (await import('./snapshot.ts')).importFrom },
      delete: { summary: 'remove one', load: async () => (await import('./snapshot.ts')).remove },
    },
  },
  import: {
    group: 'Use',
    summary: 'bring in what an AWS account, Compose or CloudFormation has',
    words: {
      plan: { summary: 'show what would be made, changed and deleted', load: async () => (await import('./import.ts')).plan },
      apply: { summary: 'do it', load: async () => (await import('./import.ts')).apply },
      list: { summary: 'show what imports there are', load: async () => (await import('./import.ts')).list },
      delete: { summary: 'delete all that one made', load: async () => (await import('./import.ts')).remove },
    },
  },
  task: {
    group: 'Use',
    summary: 'do to tasks what AWS does of its own accord',
    words: {
      interrupt: { summary: 'take their Spot capacity back', load: async () => (await import('./task.ts')).interrupt },
      retire: { summary: 'retire them, as for maintenance', load: async () => (await import('./task.ts')).retire },
    },
  },
  image: {
    group: 'Use',
    summary: "bring the local Docker's images into the cluster",
    words: {
      load: { summary: 'bring images of the local Docker into the cluster', load: async () => (await import('./image.ts')).imageLoad },
    },
  },
  ca: {
    group: 'Use',
    summary: 'print the certificate that HTTPS listeners are signed with',
    load: async () => (await import('./ca.ts')).ca,
  },
  kubeconfig: {
    group: 'Cluster',
    summary: "print the cluster's kubeconfig",
    load: async () => (await import('./kubeconfig.ts')).kubeconfig,
  },
  manifests: {
    group: 'Cluster',
    summary: 'print what is installed in the cluster, as YAML',
    load: async () => (await import('./manifests.ts')).manifests,
  },
  serve: {
    group: 'Program',
    summary: 'run the control plane in the foreground, with simulated tasks',
    load: async () => (await import('./serve.ts')).serve,
  },
  agent: { group: 'Program', summary: 'run the node agent (inside the cluster)', load: async () => (await import('./agent.ts')).agent },
  config: {
    group: 'Program',
    summary: 'show the settings that kecs up would use',
    words: {
      show: { summary: 'each setting, and where it comes from', load: async () => (await import('./config.ts')).show },
    },
  },
  doctor: {
    group: 'Program',
    summary: 'look for what hinders, and say what to do about it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  completion: {
    group: 'Program',
    summary: 'print completion for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
  version: { group: 'Program', summary: 'print the version', load: async () => (await import('./version.ts')).versionCommand },
}
