import type { styleText } from 'node:util'

/** The text in a style, where colours are shown. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string
