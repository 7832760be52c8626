// AWS JSON 1.1. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
// Errors carry `__type` in the body, which botocore reads, and in a header, which other SDKs read first.
import { jsonReader } from '../validation/read-json.ts'
import { parseJson } from './json-body.ts'
import type { Protocol } from './protocol.ts'

const contentType = 'application/x-amz-json-1.1'

export const awsJson11: Protocol = {
  read(operation, body) {
    return jsonReader(operation.input)(body === '' ? {} : parseJson(body))
  },
  answer(_operation, output, requestId) {
    // JSON.stringify leaves undefined members out.
    return {
      status: 200,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: JSON.stringify(output ?? {}),
    }
  },
  fault(_service, { code, status, message, members }, requestId) {
    return {
      status,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': code },
      body: JSON.stringify({ __type: code, message, ...members }),
    }
  },
}
