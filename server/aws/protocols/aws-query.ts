// The AWS query protocol: form bodies in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import { parseForm } from './query-form.ts'
import { readForm } from './query-read.ts'
import { escapeXml, xmlWriter } from './query-xml.ts'
import type { Protocol } from './protocol.ts'

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

export const awsQuery: Protocol = {
  read(operation, body) {
    return readForm(operation.input, parseForm(body))
  },
  answer({ name, service, output: shape }, output, requestId) {
    const result = xmlWriter(shape)(output ?? {})
    const body =
      `${declaration}<${name}Response xmlns="${service.xmlNamespace ?? ''}"><${name}Result>${result}</${name}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`
    return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body }
  },
  fault(service, { code, status, message }, requestId) {
    const namespace = service?.xmlNamespace ? ` xmlns="${service.xmlNamespace}"` : ''
    const body =
      `${declaration}<ErrorResponse${namespace}><Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type>` +
      `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
    return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body }
  },
}
