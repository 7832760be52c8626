import { expect, test } from 'bun:test'
import { KernelLog, tellsOfMemoryKill } from './kernel-log.ts'

const [victim, sibling, other] = ['a', 'b', 'c'].map(digit => digit.repeat(64))

/** As kernel 6.18 writes it of a pod whose limit was met, by systemd's names of groups and by plain ones. */
const systemd = (id = '') =>
  `<6>[60076.955182] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-${other}.scope,mems_allowed=0,oom_memcg=/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod75936b02.slice,task_memcg=/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod75936b02.slice/cri-containerd-${id}.scope,task=sh,pid=17079,uid=0`
const plain = (id = '') =>
  `[60076.955182] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${other},mems_allowed=0,oom_memcg=/kubepods/pod75936b02,task_memcg=/kubepods/pod75936b02/${id},task=sh,pid=17079,uid=0`

test.each([systemd, plain])('the victim’s container is told from others', line => {
  const log = ['<4>[60076.954710] sh invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL)', line(victim), ''].join('\n')
  expect(tellsOfMemoryKill(log, victim ?? '')).toBe(true)
  expect(tellsOfMemoryKill(log, sibling ?? '')).toBe(false)
  // It is named, but not as the one that was killed.
  expect(tellsOfMemoryKill(log, other ?? '')).toBe(false)
})

test('a log that has only other things of a container', () => {
  expect(tellsOfMemoryKill(`<6>[1.0] something of ${victim}\n`, victim ?? '')).toBe(false)
  expect(tellsOfMemoryKill('', victim ?? '')).toBe(false)
})

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('root is told', () => {
  const log = new KernelLog()
  expect(log.read()).toMatch(/^<\d+>\[ *\d+\.\d+\]/m)
  log.close()
})
