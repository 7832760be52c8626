# What Homebrew makes of a formula, as far as ours goes: https://docs.brew.sh/Formula-Cookbook
#
#   ruby formula.rb FORMULA ARCHIVES FOLDER
#
# Prints one line of JSON: what the formula says for each system and processor, and what `install` and `test` did with the
# archive of this machine that lies in ARCHIVES, installed below FOLDER.
require 'digest'
require 'fileutils'
require 'json'
require 'open3'
require 'pathname'
require 'rbconfig'
require 'tmpdir'

# A folder of the prefix, which `install` copies into; a file is named anew with `"from" => "to"`.
class Folder < Pathname
  def install(*files)
    mkpath
    files.each do |file|
      from, to = file.is_a?(Hash) ? file.first : [file, File.basename(file)]
      FileUtils.cp(from, join(to))
    end
  end
end

class Formula
  class << self
    # The machine that the formula is read for.
    attr_accessor :system, :cpu
    attr_reader :tested

    %i[desc homepage version license url sha256].each do |name|
      define_method(name) { |value = nil| value.nil? ? said[name] : said[name] = value }
    end

    def said = (@said ||= {})
    def on_macos = (yield if Formula.system == :macos)
    def on_linux = (yield if Formula.system == :linux)
    def on_arm = (yield if Formula.cpu == :arm)
    def on_intel = (yield if Formula.cpu == :intel)
    def test(&block) = (@tested = block)
  end

  def initialize(prefix) = (@prefix = prefix)
  def version = self.class.version
  def bin = Folder.new("#{@prefix}/bin")
  def man1 = Folder.new("#{@prefix}/share/man/man1")
  def bash_completion = Folder.new("#{@prefix}/etc/bash_completion.d")
  def zsh_completion = Folder.new("#{@prefix}/share/zsh/site-functions")
  def fish_completion = Folder.new("#{@prefix}/share/fish/vendor_completions.d")

  def shell_output(command)
    out, status = Open3.capture2(command)
    raise "#{command} ended with #{status.exitstatus}" unless status.success?

    out
  end

  def assert_match(expected, actual)
    raise "#{actual.inspect} has no #{expected.inspect}" unless actual.match?(Regexp.new(Regexp.escape(expected)))
  end
end

formula, archives, folder = ARGV
text = File.read(formula)

# The formula's class as it is for one machine.
def read(text, system, cpu)
  Formula.system = system
  Formula.cpu = cpu
  Object.send(:remove_const, :Kecs) if Object.const_defined?(:Kecs)
  Object.class_eval(text)
  Object.const_get(:Kecs)
end

machines = %i[macos linux].product(%i[arm intel]).to_h { |system, cpu| ["#{system} #{cpu}", read(text, system, cpu).said] }
here = read(
  text,
  RbConfig::CONFIG['host_os'].include?('darwin') ? :macos : :linux,
  RbConfig::CONFIG['host_cpu'].match?(/arm|aarch64/) ? :arm : :intel,
)
archive = File.join(archives, File.basename(here.url))
raise "#{archive} has another checksum" unless Digest::SHA256.file(archive).hexdigest == here.sha256

Dir.mktmpdir do |work|
  raise 'it cannot be unpacked' unless system('tar', 'xzf', archive, '-C', work)

  # Homebrew goes into the one folder that an archive has.
  inner = Dir.children(work)
  Dir.chdir(inner.length == 1 ? File.join(work, inner.first) : work) { here.new(folder).install }
end
here.new(folder).instance_eval(&here.tested)
installed = Dir.glob('**/*', base: folder).select { |path| File.file?(File.join(folder, path)) }.sort
puts JSON.generate(machines: machines, installed: installed)
