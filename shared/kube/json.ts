/**
 * The edge where the API server's bytes become types: the server holds objects to their schemas, so what it sends
 * for a kind is taken to be of that kind.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- naming the type is this function's whole purpose
export const fromJson = <T>(text: string): T => JSON.parse(text)
