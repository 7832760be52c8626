import { isIP } from 'node:net'

/** Whether an address is within a block such as `10.0.0.0/8` or `2001:db8::/32`. */
export function isInBlock(address: string, block: string): boolean {
  const [base = '', size = ''] = block.split('/')
  const version = isIP(address)
  if (version === 0 || version !== isIP(base)) return false
  const width = version === 4 ? 32n : 128n
  const shift = width - BigInt(size === '' ? width : size)
  return numberOf(address) >> shift === numberOf(base) >> shift
}

const numberOf = (address: string): bigint => (address.includes(':') ? sixOf(address) : fourOf(address))

const fourOf = (address: string): bigint => address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)

function sixOf(address: string): bigint {
  // What ends as an IPv4 address is two groups of it.
  const groups = address.replace(/\d+\.\d+\.\d+\.\d+$/, four => {
    const value = fourOf(four)
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
  })
  const [head = '', tail] = groups.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...gap, ...after].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
}
