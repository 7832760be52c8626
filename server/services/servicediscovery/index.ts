import { bindService } from '../../aws/bind.ts'
import { model, type Operations } from '../../aws/generated/servicediscovery.ts'
import { notImplemented, type BoundService, type CallContext, type HandlerTable } from '../../aws/service.ts'

/** AWS Cloud Map: one entry an operation of the model. */
export const serviceDiscoveryHandlers = {
  CreateHttpNamespace: notImplemented,
  CreatePrivateDnsNamespace: notImplemented,
  CreatePublicDnsNamespace: notImplemented,
  CreateService: notImplemented,
  DeleteNamespace: notImplemented,
  DeleteService: notImplemented,
  DeleteServiceAttributes: notImplemented,
  DeregisterInstance: notImplemented,
  DiscoverInstances: notImplemented,
  DiscoverInstancesRevision: notImplemented,
  GetInstance: notImplemented,
  GetInstancesHealthStatus: notImplemented,
  GetNamespace: notImplemented,
  GetOperation: notImplemented,
  GetService: notImplemented,
  GetServiceAttributes: notImplemented,
  ListInstances: notImplemented,
  ListNamespaces: notImplemented,
  ListOperations: notImplemented,
  ListServices: notImplemented,
  ListTagsForResource: notImplemented,
  RegisterInstance: notImplemented,
  TagResource: notImplemented,
  UntagResource: notImplemented,
  UpdateHttpNamespace: notImplemented,
  UpdateInstanceCustomHealthStatus: notImplemented,
  UpdatePrivateDnsNamespace: notImplemented,
  UpdatePublicDnsNamespace: notImplemented,
  UpdateService: notImplemented,
  UpdateServiceAttributes: notImplemented,
} satisfies HandlerTable<CallContext, Operations>

export const bindServiceDiscovery = (): BoundService =>
  bindService<Operations, CallContext>({ model, handlers: serviceDiscoveryHandlers, makeContext: call => call })
