// Preloaded by ./dev test: takes down what the tests of the run shared.
import { afterAll } from 'bun:test'
import { removeInstance } from './instance.ts'

afterAll(removeInstance, 180_000)
