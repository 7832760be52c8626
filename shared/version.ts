/** The version of this program; a build replaces the placeholder by `define`. */
declare const KECS_VERSION: string | undefined

export const version: string = typeof KECS_VERSION === 'string' ? KECS_VERSION : '0.1.0-dev'
