import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { ProbeOutcome, ProbeRequest } from './prober.ts'

/** As health checks of AWS name themselves. */
export const userAgent = 'ELB-HealthChecker/2.0'

/** A GET over HTTP/1.1 on a connection of its own. What comes after the status line is not waited for; redirects are not followed. */
export const probeHttp = ({ host, port, path, isTls }: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> =>
  new Promise((resolve, reject) => {
    const send = isTls ? httpsRequest : httpRequest
    const headers = { 'user-agent': userAgent, accept: '*/*', connection: 'close' }
    const request = send({ host, port, path, method: 'GET', headers, agent: false, signal, rejectUnauthorized: false }, response => {
      resolve({ is: 'answered', code: response.statusCode ?? 0 })
      response.destroy()
    })
    request.on('error', reject)
    request.end()
  })
