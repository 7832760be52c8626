/** Whose fields ours are, for server-side apply. */
export const fieldManager = 'kecs'
