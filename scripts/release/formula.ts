const base = 'https://github.com/nandemo-ya/kecs/releases/download'

/** Homebrew's formula, for the archives that there are. https://docs.brew.sh/Formula-Cookbook */
export const formula = (version: string, sums: ReadonlyMap<string, string>): string => {
  const block = (target: string, indent: string): string => {
    const name = `kecs-${target}.tar.gz`
    const sum = sums.get(name)
    return sum === undefined ? '' : `${indent}url "${base}/v${version}/${name}"\n${indent}sha256 "${sum}"\n`
  }
  const system = (name: 'macos' | 'linux', prefix: string): string => {
    const cpus = [
      ['arm', 'arm64'],
      ['intel', 'x64'],
    ] as const
    const inner = cpus
      .map(([cpu, machine]) => [cpu, block(`${prefix}-${machine}`, '      ')] as const)
      .filter(([, text]) => text !== '')
      .map(([cpu, text]) => `    on_${cpu} do\n${text}    end\n`)
      .join('')
    return inner === '' ? '' : `  on_${name} do\n${inner}  end\n\n`
  }
  return `class Kecs < Formula
  desc "Amazon ECS and Elastic Load Balancing v2 on a real Kubernetes cluster on one machine"
  homepage "https://github.com/nandemo-ya/kecs"
  version "${version}"
  license "Apache-2.0"

${system('macos', 'darwin')}${system('linux', 'linux')}  def install
    bin.install "kecs"
    man1.install "kecs.1"
    bash_completion.install "completions/kecs.bash" => "kecs"
    zsh_completion.install "completions/_kecs"
    fish_completion.install "completions/kecs.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/kecs version")
  end
end
`
}
