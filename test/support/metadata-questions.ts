// What a container may ask of its agent, and what each answer has to be. Used where the agent's code is asked in its own
// process, and from within containers.
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { containerSchema, type MetadataLaunchType, taskSchema } from './metadata-schemas.ts'
import { statsSchema, taskStatsSchema } from './stats-schemas.ts'

export interface Question {
  readonly path: string
  readonly schema: TSchema
}

/** All endpoints of a container of that id, in versions 2 to 4. `dockerId` is what version 2 knows it by. */
export const metadataQuestions = (id: string, dockerId: string, launchType: MetadataLaunchType): readonly Question[] => [
  ...(['v3', 'v4'] as const).flatMap(version => [
    { path: `/${version}/${id}`, schema: containerSchema(version, launchType) },
    { path: `/${version}/${id}/task`, schema: taskSchema(version, launchType) },
    { path: `/${version}/${id}/taskWithTags`, schema: taskSchema(version, launchType, true) },
    { path: `/${version}/${id}/stats`, schema: statsSchema(launchType) },
    { path: `/${version}/${id}/task/stats`, schema: taskStatsSchema(launchType) },
  ]),
  { path: '/v2/metadata', schema: taskSchema('v2', launchType) },
  { path: '/v2/metadataWithTags', schema: taskSchema('v2', launchType, true) },
  { path: `/v2/metadata/${dockerId}`, schema: containerSchema('v2', launchType) },
  { path: '/v2/stats', schema: taskStatsSchema(launchType) },
  { path: `/v2/stats/${dockerId}`, schema: statsSchema(launchType) },
]

/** What is wrong with an answer: nothing where it is as it has to be. */
export const faultsIn = ({ path, schema }: Question, answer: unknown): readonly string[] =>
  [...Value.Errors(schema, answer)].map(error => `${path}${error.path}: ${error.message}, not ${JSON.stringify(error.value)}`)
