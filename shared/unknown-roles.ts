export const unknownRolesModes = ['refuse', 'accept'] as const

/** What becomes of calls and tasks that name a role which the backend's IAM has not. */
export type UnknownRoles = (typeof unknownRolesModes)[number]

export const isUnknownRoles = (text: string): text is UnknownRoles => unknownRolesModes.some(mode => mode === text)
