import { ServiceError } from '../../server/aws/errors.ts'

/** The error that an operation answers, as `CODE: message`; fails when it answers anything else. */
export async function refusalOf(act: () => unknown): Promise<string> {
  try {
    await act()
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('the operation was not refused')
}
