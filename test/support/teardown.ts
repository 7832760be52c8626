// Preloaded by ./dev test: takes down what the tests of the run shared.
import { afterAll } from 'bun:test'
import { removeShared } from './instance.ts'

afterAll(removeShared, 180_000)
