import type { Shape } from '../../server/aws/shape.ts'

/** Where a JSON answer lacks what its shape demands: paths. (What it has too many `strict` finds.) */
export const missingMembers = (shape: Shape, value: unknown, path: string): readonly string[] => {
  if (value === null || value === undefined) return []
  switch (shape.kind) {
    case 'structure': {
      const members = new Map<string, unknown>(typeof value === 'object' ? Object.entries(value) : [])
      return shape.members.flatMap(({ name, required, shape: member }) => {
        const found = members.get(name)
        if (found === undefined || found === null) return required ? [`${path}.${name}`] : []
        return missingMembers(member, found, `${path}.${name}`)
      })
    }
    case 'list':
      return Array.isArray(value) ? value.flatMap((each, index) => missingMembers(shape.of, each, `${path}[${index}]`)) : []
    case 'map':
      return typeof value === 'object'
        ? Object.entries(value).flatMap(([key, each]) => missingMembers(shape.of, each, `${path}.${key}`))
        : []
    default:
      return []
  }
}
