import { expect, test } from 'bun:test'
import { KeysError, parseKeys, writeKeys } from './access-keys.ts'

test('keys from lines and from one line', () => {
  const keys = [
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', account: '123456789012' },
    { accessKeyId: '210987654321', secretAccessKey: 'secret', account: '210987654321' },
    { accessKeyId: 'ci', secretAccessKey: 'secret', account: '000000000000' },
  ].map((key, index) => (index === 2 ? { ...key, accessKeyId: 'ci_key' } : key))
  const text = `# ours
AKIAIOSFODNN7EXAMPLE  wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY 123456789012 # of the build

210987654321:secret, ci_key:secret`
  expect(parseKeys(text)).toEqual(keys)
  expect(parseKeys(writeKeys(keys))).toEqual(keys)
  expect(parseKeys(' \n# none\n')).toEqual([])
})

test.each([
  ['AKIDEXAMPLE', 'line 1: a key is'],
  ['\nAKIDEXAMPLE se cr et 123456789012', 'line 2: a key is'],
  ['AK!D secret', 'AK!D is no access key id'],
  ['AKIDEXAMPLE secret 12345', 'the account of AKIDEXAMPLE is not 12 digits'],
  ['AKIDEXAMPLE a,AKIDEXAMPLE b', 'AKIDEXAMPLE is there twice'],
])('%j is refused without its secret', (text, why) => {
  expect(() => parseKeys(text)).toThrow(KeysError)
  expect(() => parseKeys(text)).toThrow(why)
  expect(() => parseKeys(text)).not.toThrow('secret ')
})
