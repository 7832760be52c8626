/** Rows in columns, each as wide as its widest value; numbers to the right. The head is underlined by dashes. */
export const tableLines = (head: readonly string[], rows: readonly (readonly unknown[])[]): readonly string[] => {
  const cells = rows.map(row => row.map(cellText))
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map(row => row[column]?.length ?? 0)))
  const isNumeric = head.map(
    (_name, column) => rows.length > 0 && rows.every(row => row[column] === null || typeof row[column] === 'number'),
  )
  const line = (values: readonly string[]): string =>
    values
      .map((value, column) => (isNumeric[column] === true ? value.padStart(widths[column] ?? 0) : value.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map(width => '-'.repeat(width)).join('  '), ...cells.map(line)]
}

const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  // One row is one line.
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/\s*\n\s*/g, ' ')
}

/** RFC 4180, lines ended by a line feed. What is not there is an empty field, an empty text a quoted one. */
export const csvLines = (head: readonly string[], rows: readonly (readonly unknown[])[]): readonly string[] =>
  [head, ...rows].map(row => row.map(csvField).join(','))

const csvField = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
