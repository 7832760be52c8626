/** What a gateway counts, for Prometheus, as a test has it. */
export class FakeGatewayMetrics {
  text: string
  isAway = false
  /** How often it was asked. */
  asked = 0

  constructor(text = '') {
    this.text = text
  }

  readonly read = async (): Promise<string> => {
    this.asked++
    if (this.isAway) throw new TypeError('connection refused')
    return this.text
  }
}
