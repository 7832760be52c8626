#!/bin/sh
# Installs kecs for this user: fetches a release for this machine, checks its SHA-256, and puts one file into ~/.local/bin.
#
#   curl -fsSL https://github.com/nandemo-ya/kecs/releases/latest/download/install.sh | sh
#   curl -fsSL … | sh -s -- --version 0.1.0 --dir /usr/local/bin
#   sh install.sh --uninstall
#
# POSIX sh; needs curl or wget, tar, and sha256sum or shasum. No root. KECS_RELEASES names a mirror with the same paths.
set -eu

releases=${KECS_RELEASES:-https://github.com/nandemo-ya/kecs/releases}

usage() {
	cat <<'END'
install.sh [--version VERSION] [--dir FOLDER] [--completions] [--uninstall]

  --version VERSION  instead of the newest release, such as 0.1.0
  --dir FOLDER       instead of ~/.local/bin
  --completions      also install completion for bash, zsh and fish below ~/.local/share and ~/.config
  --uninstall        remove what this script installed; instances and their data (~/.kecs) stay
END
}

say() { printf '%s\n' "$*" >&2; }
fail() {
	printf 'install.sh: %s\n' "$1" >&2
	shift
	for line in "$@"; do printf '  %s\n' "$line" >&2; done
	exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# kecs' name for this machine: linux-x64, linux-x64-musl, linux-arm64, darwin-x64, darwin-arm64.
platform() {
	case $(uname -s) in
	Linux) system=linux ;;
	Darwin) system=darwin ;;
	*) fail "kecs is not built for $(uname -s)." "On Windows use WSL 2." ;;
	esac
	case $(uname -m) in
	x86_64 | amd64) machine=x64 ;;
	arm64 | aarch64) machine=arm64 ;;
	*) fail "kecs is not built for $(uname -m)." ;;
	esac
	# A shell under Rosetta says x86_64 on an arm64 Mac.
	if [ "$system-$machine" = darwin-x64 ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || echo 0)" = 1 ]; then machine=arm64; fi
	libc=
	if [ "$system" = linux ] && is_musl; then libc=-musl; fi
	[ "$machine$libc" != arm64-musl ] || fail "kecs is not built for arm64 with musl." "Use a distribution with glibc, such as Debian."
	printf '%s' "$system-$machine$libc"
}

# Where glibc's loader is, glibc's build runs, whatever else there is.
is_musl() {
	for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1; do [ ! -e "$loader" ] || return 1; done
	for loader in /lib/ld-musl-*; do [ ! -e "$loader" ] || return 0; done
	return 1
}

# fetch ADDRESS FILE
fetch() {
	if has curl; then
		curl --fail --silent --show-error --location --retry 2 --output "$2" "$1"
	elif has wget; then
		wget -q -O "$2" "$1"
	else
		fail "neither curl nor wget is here." "Install one of them."
	fi
}

sum_of() {
	if has sha256sum; then
		sha256sum "$1" | cut -d ' ' -f 1
	elif has shasum; then
		shasum -a 256 "$1" | cut -d ' ' -f 1
	else
		fail "neither sha256sum nor shasum is here, so what is fetched could not be checked."
	fi
}

install_kecs() {
	name=kecs-$(platform)
	if [ -n "$version" ]; then from=$releases/download/v${version#v}; else from=$releases/latest/download; fi
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM

	say "Fetching $name from $from"
	fetch "$from/SHA256SUMS" "$work/SHA256SUMS" || fail "$from/SHA256SUMS could not be fetched." "Check the version and the connection (a proxy: https_proxy; a mirror: KECS_RELEASES)."
	expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$name\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
	[ -n "$expected" ] || fail "that release has nothing for $name." "See $releases"
	fetch "$from/$name.tar.gz" "$work/kecs.tar.gz" || fail "$from/$name.tar.gz could not be fetched."
	found=$(sum_of "$work/kecs.tar.gz")
	[ "$found" = "$expected" ] || fail "what was fetched is not what was released: its checksum is another one. Nothing was installed." "expected $expected" "found    $found"

	(cd "$work" && tar xzf kecs.tar.gz)
	chmod 755 "$work/$name/kecs"
	"$work/$name/kecs" version >/dev/null || fail "the kecs for $name does not run on this machine. Nothing was installed."
	mkdir -p "$dir" || fail "$dir cannot be made." "Choose another folder with --dir."
	# Renamed into its place: a kecs that runs goes on with the old file.
	if ! { cp "$work/$name/kecs" "$dir/.kecs.new" && mv "$dir/.kecs.new" "$dir/kecs"; }; then
		fail "$dir cannot be written." "Choose another folder with --dir."
	fi
	[ "$completions" = no ] || install_completions "$work/$name/completions"

	say "Installed $("$dir/kecs" version) as $dir/kecs"
	case :$PATH: in
	*:"$dir":*) ;;
	*) say "$dir is not on PATH. Add it: export PATH=\"$dir:\$PATH\"" ;;
	esac
	say "Start it: kecs up"
}

bash_completion=${XDG_DATA_HOME:-$HOME/.local/share}/bash-completion/completions/kecs
zsh_completion=${XDG_DATA_HOME:-$HOME/.local/share}/zsh/site-functions/_kecs
fish_completion=${XDG_CONFIG_HOME:-$HOME/.config}/fish/completions/kecs.fish

install_completions() {
	for pair in "kecs.bash $bash_completion" "_kecs $zsh_completion" "kecs.fish $fish_completion"; do
		file=${pair%% *}
		target=${pair#* }
		mkdir -p "$(dirname "$target")"
		cp "$1/$file" "$target"
	done
	# No shell of that name looks there by itself.
	if has zsh; then say "For zsh, before compinit in ~/.zshrc: fpath=(\"$(dirname "$zsh_completion")\" \$fpath)"; fi
}

uninstall_kecs() {
	removed=no
	for file in "$dir/kecs" "$bash_completion" "$zsh_completion" "$fish_completion"; do
		if [ -e "$file" ]; then
			rm "$file"
			removed=yes
			say "Removed $file"
		fi
	done
	[ "$removed" = yes ] || say "Nothing that this script installs is there, nor $dir/kecs: --dir names another folder."
	if [ -d "$HOME/.kecs" ]; then say "Instances and their data stay in $HOME/.kecs."; fi
}

main() {
	version=
	dir=$HOME/.local/bin
	completions=no
	action=install_kecs
	while [ $# -gt 0 ]; do
		case $1 in
		--version | --dir)
			[ $# -gt 1 ] || fail "$1 needs a value."
			if [ "$1" = --version ]; then version=$2; else dir=$2; fi
			shift
			;;
		--version=*) version=${1#*=} ;;
		--dir=*) dir=${1#*=} ;;
		--completions) completions=yes ;;
		--uninstall) action=uninstall_kecs ;;
		-h | --help)
			usage
			exit 0
			;;
		*)
			say "install.sh: there is no $1."
			usage >&2
			exit 2
			;;
		esac
		shift
	done
	case $version in *[!0-9A-Za-z.+-]*) fail "\"$version\" is no version." ;; esac
	$action
}

# At the very end, so that a download that was cut off does nothing.
main "$@"
