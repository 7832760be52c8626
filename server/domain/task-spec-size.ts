/**
 * Task-level CPU and memory as the API takes them: CPU in units or vCPUs (`1024`, `1 vCPU`, `.5 vcpu`), memory in
 * MiB or GB (`2048`, `2GB`, `0.5 GB`), GB being 1024 MiB.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 */

const amount = String.raw`(\d+(?:\.\d+)?|\.\d+)`
const cpuForm = new RegExp(`^${amount}\\s*(vcpu)?$`, 'i')
const memoryForm = new RegExp(`^${amount}\\s*(gb)?$`, 'i')

const wholeNumber = (form: RegExp, text: string): number | undefined => {
  const match = form.exec(text.trim())
  if (match === null) return undefined
  const value = Number(match[1]) * (match[2] === undefined ? 1 : 1024)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}

/** CPU units, 1024 to a vCPU; undefined when the text is no such amount. */
export const cpuUnits = (text: string): number | undefined => wholeNumber(cpuForm, text)

/** MiB; undefined when the text is no such amount. */
export const memoryMiB = (text: string): number | undefined => wholeNumber(memoryForm, text)
