/**
 * What the gateway reads, as far as it is made use of. An empty section is refused by its reader: it is left out.
 * https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/dynamic-configuration-methods/
 */
export interface DynamicConfiguration {
  readonly http?: {
    readonly routers?: Named<HttpRouter>
    readonly services?: Named<HttpService>
    readonly middlewares?: Named<Middleware>
    readonly serversTransports?: Named<HttpTransport>
  }
  readonly tcp?: {
    readonly routers?: Named<TcpRouter>
    readonly services?: Named<TcpService>
    readonly serversTransports?: Named<TcpTransport>
  }
  readonly udp?: {
    readonly routers?: Named<UdpRouter>
    readonly services?: Named<UdpService>
  }
  readonly tls?: {
    readonly certificates?: readonly CertificatePair[]
    readonly options?: Named<TlsOptions>
    readonly stores?: { readonly default: { readonly defaultCertificate: CertificatePair } }
  }
}

export type Named<T> = Readonly<Record<string, T>>

/** PEM texts, though the names say files: the gateway takes either. */
export interface CertificatePair {
  readonly certFile: string
  readonly keyFile: string
}

export type TlsVersion = 'VersionTLS10' | 'VersionTLS11' | 'VersionTLS12' | 'VersionTLS13'

/**
 * No protocol, for an empty list is read as if none was given, which stands for HTTP: a list as the gateway's reader
 * writes one down between its two steps, of texts (24) that follow.
 */
export const noProtocols = '\u255124'

export interface TlsOptions {
  readonly minVersion: TlsVersion
  readonly maxVersion: TlsVersion
  /** Of TLS 1.2 and before; absent for a listener of TLS 1.3 alone. */
  readonly cipherSuites?: readonly string[]
  readonly curvePreferences: readonly string[]
  readonly alpnProtocols: readonly string[] | typeof noProtocols
  /** Clients are asked for a certificate, and told of these authorities (PEM). Nothing is verified. */
  readonly clientAuth?: { readonly clientAuthType: 'RequestClientCert'; readonly caFiles?: readonly string[] }
}

/** A router for TLS, by the name of its options. */
export interface RouterTls {
  readonly options: string
}

export interface HttpRouter {
  readonly entryPoints?: readonly string[]
  readonly rule: string
  readonly priority?: number
  readonly middlewares?: readonly string[]
  /** What is told of its requests: what its entry point says where it does not. */
  readonly observability?: { readonly accessLogs?: boolean; readonly metrics?: boolean }
  /** Routers that this one is a second step of. */
  readonly parentRefs?: readonly string[]
  /** Absent for one with a second step. */
  readonly service?: string
  readonly tls?: RouterTls
}

export interface Cookie {
  readonly name: string
  /** Seconds. */
  readonly maxAge?: number
  readonly httpOnly?: boolean
  readonly path?: string
}

export type HttpService =
  | {
      readonly loadBalancer: {
        readonly servers?: readonly { readonly url: string; readonly weight?: number }[]
        readonly passHostHeader: boolean
        readonly strategy?: 'wrr' | 'p2c'
        readonly serversTransport?: string
        readonly sticky?: { readonly cookie: Cookie }
        readonly passiveHealthCheck?: { readonly failureWindow: string; readonly maxFailedAttempts: number }
      }
    }
  | {
      readonly weighted: {
        readonly services: readonly { readonly name: string; readonly weight: number }[]
        readonly sticky?: { readonly cookie: Cookie }
      }
    }

export type Middleware =
  | { readonly plugin: { readonly kecs: Readonly<Record<string, string>> } }
  /** Of connections that fail: how often it is tried in all. */
  | { readonly retry: { readonly attempts: number } }
  | {
      readonly forwardAuth: {
        readonly address: string
        /** Of an answer that does not let the request pass: bytes. */
        readonly maxResponseBodySize: number
        /** Put into the request from the answer, and taken out of what a client sent. */
        readonly authResponseHeaders?: readonly string[]
        /** Names of cookies that are put into the response from the answer. */
        readonly addAuthCookiesToResponse?: readonly string[]
      }
    }
  | { readonly headers: { readonly customRequestHeaders?: Named<string>; readonly customResponseHeaders?: Named<string> } }

export interface HttpTransport {
  readonly insecureSkipVerify?: boolean
  readonly maxIdleConnsPerHost?: number
  readonly forwardingTimeouts?: {
    readonly dialTimeout?: string
    readonly responseHeaderTimeout?: string
    readonly idleConnTimeout?: string
  }
}

export interface TcpRouter {
  readonly entryPoints: readonly string[]
  readonly rule: string
  readonly service: string
  readonly tls?: RouterTls
}

export type TcpService =
  | {
      readonly loadBalancer: {
        readonly servers?: readonly { readonly address: string; readonly tls?: boolean }[]
        readonly serversTransport: string
      }
    }
  | { readonly weighted: { readonly services: readonly { readonly name: string; readonly weight: number }[] } }

export interface TcpTransport {
  readonly terminationDelay?: string
  readonly dialTimeout?: string
  readonly proxyProtocol?: { readonly version: 1 | 2 }
  readonly tls?: { readonly insecureSkipVerify: boolean }
}

export interface UdpRouter {
  readonly entryPoints: readonly string[]
  readonly service: string
}

export type UdpService =
  | { readonly loadBalancer: { readonly servers?: readonly { readonly address: string }[] } }
  | { readonly weighted: { readonly services: readonly { readonly name: string; readonly weight: number }[] } }
