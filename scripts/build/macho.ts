import { createHash } from 'node:crypto'

/**
 * Ad-hoc code signatures of 64-bit Mach-O executables, as a linker makes them: hashes of the pages, and no identity.
 * Bun 1.4 signs what it compiles for darwin-arm64, but leaves the runtime's old signature in what it compiles for
 * darwin-x64 (oven-sh/bun#39837), and macOS ends a program whose signature does not fit.
 * Formats: <mach-o/loader.h> and xnu's osfmt/kern/cs_blobs.h.
 */

const headerSize = 32
const magic64 = 0xfeedfacf
const segmentCommand = 0x19
const signatureCommand = 0x1d

/** Numbers in signatures are big-endian, those of the file little-endian. */
const superBlobMagic = 0xfade0cc0
const codeDirectoryMagic = 0xfade0c02
const codeDirectoryVersion = 0x20400
const codeDirectoryHeaderSize = 88
/** Ad hoc, and made by a linker: `codesign` replaces such a one without being asked to. */
const flags = 0x20002
const mainBinary = 1n
const pageBits = 12
const pageSize = 1 << pageBits
const hashSize = 32
const sha256Type = 2
const superBlobSize = 20

interface Layout {
  /** Offset of the load command that names the signature. */
  readonly command: number
  readonly signature: { readonly offset: number; readonly size: number }
  readonly text: { readonly offset: number; readonly size: number }
  /** Offset of the load command of __LINKEDIT, which ends the file and holds the signature. */
  readonly linkeditCommand: number
}

const readLayout = (file: Buffer): Layout => {
  if (file.readUInt32LE(0) !== magic64) throw new Error('not a 64-bit Mach-O file')
  let command = 0
  let linkeditCommand = 0
  let text = { offset: 0, size: 0 }
  for (let left = file.readUInt32LE(16), offset = headerSize; left > 0; left--, offset += file.readUInt32LE(offset + 4)) {
    const kind = file.readUInt32LE(offset)
    if (kind === signatureCommand) command = offset
    if (kind !== segmentCommand) continue
    const name = file.toString('latin1', offset + 8, offset + 24).replace(/\0.*/s, '')
    if (name === '__LINKEDIT') linkeditCommand = offset
    if (name === '__TEXT') text = { offset: Number(file.readBigUInt64LE(offset + 40)), size: Number(file.readBigUInt64LE(offset + 48)) }
  }
  if (command === 0 || linkeditCommand === 0) throw new Error('no place for a signature in this Mach-O file')
  const signature = { offset: file.readUInt32LE(command + 8), size: file.readUInt32LE(command + 12) }
  return { command, signature, text, linkeditCommand }
}

const pageHashes = (file: Buffer, limit: number): Buffer => {
  const hashes: Buffer[] = []
  for (let start = 0; start < limit; start += pageSize) {
    hashes.push(
      createHash('sha256')
        .update(file.subarray(start, Math.min(start + pageSize, limit)))
        .digest(),
    )
  }
  return Buffer.concat(hashes)
}

/** Whether the signature covers all that is before it, and fits. */
export const hasValidSignature = (file: Buffer): boolean => {
  const { signature } = readLayout(file)
  if (signature.offset + signature.size !== file.length) return false
  const directory = signature.offset + file.readUInt32BE(signature.offset + 16)
  if (file.readUInt32BE(signature.offset) !== superBlobMagic || file.readUInt32BE(directory) !== codeDirectoryMagic) return false
  const limit = file.readUInt32BE(directory + 32)
  if (limit !== signature.offset || file.readUInt8(directory + 39) !== pageBits) return false
  const hashes = directory + file.readUInt32BE(directory + 16)
  const slots = file.readUInt32BE(directory + 28)
  return pageHashes(file, limit).equals(file.subarray(hashes, hashes + slots * hashSize))
}

/** The same executable with an ad-hoc signature in the place of the one that it has. */
export const signAdHoc = (file: Buffer, identifier: string): Buffer => {
  const { command, signature, text, linkeditCommand } = readLayout(file)
  if (signature.offset + signature.size !== file.length) throw new Error('the signature is not at the end of this Mach-O file')
  const limit = signature.offset
  const slots = Math.ceil(limit / pageSize)
  const name = Buffer.from(`${identifier}\0`)
  const hashOffset = codeDirectoryHeaderSize + name.length
  const directorySize = hashOffset + slots * hashSize
  // Padded, as other linkers do.
  const size = Math.ceil((superBlobSize + directorySize) / 16) * 16

  const code = Buffer.from(file.subarray(0, limit))
  code.writeUInt32LE(size, command + 12)
  const linkeditSize = limit + size - Number(code.readBigUInt64LE(linkeditCommand + 40))
  code.writeBigUInt64LE(BigInt(Math.ceil(linkeditSize / pageSize) * pageSize), linkeditCommand + 32)
  code.writeBigUInt64LE(BigInt(linkeditSize), linkeditCommand + 48)

  const blob = Buffer.alloc(size)
  // A super blob with one entry, of type 0: the code directory.
  for (const [index, word] of [superBlobMagic, superBlobSize + directorySize, 1, 0, superBlobSize].entries())
    blob.writeUInt32BE(word, index * 4)
  const directory = blob.subarray(superBlobSize)
  const words = [codeDirectoryMagic, directorySize, codeDirectoryVersion, flags, hashOffset, codeDirectoryHeaderSize, 0, slots, limit]
  for (const [index, word] of words.entries()) directory.writeUInt32BE(word, index * 4)
  directory.set([hashSize, sha256Type, 0, pageBits], 36)
  directory.writeBigUInt64BE(BigInt(text.offset), 64)
  directory.writeBigUInt64BE(BigInt(text.size), 72)
  directory.writeBigUInt64BE(mainBinary, 80)
  directory.set(name, codeDirectoryHeaderSize)
  directory.set(pageHashes(code, limit), hashOffset)
  return Buffer.concat([code, blob])
}
