import { expect, test } from 'bun:test'
import { hasValidSignature, signAdHoc } from './macho.ts'

/** A Mach-O file with __TEXT, __LINKEDIT and a signature of no worth at its end. */
const executable = (codeSize: number, signatureSize: number): Buffer => {
  const file = Buffer.alloc(codeSize + signatureSize, 7)
  const segment = (offset: number, name: string, from: number, size: number) => {
    file.fill(0, offset, offset + 72)
    file.writeUInt32LE(0x19, offset)
    file.writeUInt32LE(72, offset + 4)
    file.write(name, offset + 8, 'latin1')
    for (const [index, value] of [from, size, from, size].entries()) file.writeBigUInt64LE(BigInt(value), offset + 24 + index * 8)
  }
  file.fill(0, 0, 32)
  file.writeUInt32LE(0xfeedfacf, 0)
  file.writeUInt32LE(3, 16)
  segment(32, '__TEXT', 0, 4096)
  segment(104, '__LINKEDIT', 4096, codeSize + signatureSize - 4096)
  for (const [index, value] of [0x1d, 16, codeSize, signatureSize].entries()) file.writeUInt32LE(value, 176 + index * 4)
  return file
}

test('a signature is made that covers all pages, the last one cut off, and fits', () => {
  const unsigned = executable(4096 * 5 + 1000, 64)
  expect(hasValidSignature(unsigned)).toBe(false)
  const signed = signAdHoc(unsigned, 'kecs')
  expect(hasValidSignature(signed)).toBe(true)
  // __LINKEDIT ends where the file does.
  expect(signed.readBigUInt64LE(104 + 40) + signed.readBigUInt64LE(104 + 48)).toBe(BigInt(signed.length))
  expect(signed.subarray(200, 4096 * 5 + 1000)).toEqual(unsigned.subarray(200, 4096 * 5 + 1000))
})

test('signing again changes nothing', () => {
  const signed = signAdHoc(executable(9000, 5000), 'kecs')
  expect(signAdHoc(signed, 'kecs')).toEqual(signed)
})

test.each([200, 4096, 21_479])('a changed byte at %d shows', position => {
  const signed = signAdHoc(executable(21_480, 64), 'kecs')
  signed[position] = 99
  expect(hasValidSignature(signed)).toBe(false)
})

test('what is no Mach-O file is refused', () => {
  expect(() => signAdHoc(Buffer.alloc(1000), 'kecs')).toThrow('not a 64-bit Mach-O file')
})
