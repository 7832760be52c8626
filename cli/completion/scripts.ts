import type { shells } from './candidates.ts'

/**
 * Each script asks `kecs completion --words …` for what may come next, so that completion never says other than the
 * program does. An answer is a line `WORD<tab>what it is for` for each word, or `:files`.
 */
export const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  // An image's name has a colon, at which bash breaks words: what stands before it must not be inserted again.
  bash: `# kecs completion for bash. In ~/.bashrc: eval "$(kecs completion bash)"
_kecs() {
  local line current words prefix
  COMPREPLY=()
  # COMP_WORDS is broken at colons and equals signs; the words as typed are what counts.
  read -r -a words <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  prefix="\${current%"\${COMP_WORDS[COMP_CWORD]}"}"
  [[ "\${COMP_WORDS[COMP_CWORD]}" == ":" ]] && prefix="$current"
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      compopt -o default 2>/dev/null
      COMPREPLY=()
      return
    fi
    line="\${line%%$'\\t'*}"
    COMPREPLY+=("\${line#"$prefix"}")
  done < <("\${words[0]}" completion --words -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _kecs kecs
`,
  zsh: `#compdef kecs
# kecs completion for zsh. In ~/.zshrc, after compinit: eval "$(kecs completion zsh)"
_kecs() {
  local line value
  local -a found
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      _files
      return
    fi
    value="\${line%%$'\\t'*}"
    found+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" completion --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'kecs' found
}
if [[ "\${funcstack[1]}" == "_kecs" ]]; then
  _kecs "$@"
else
  compdef _kecs kecs
fi
`,
  fish: `# kecs completion for fish. In ~/.config/fish/config.fish: kecs completion fish | source
function __kecs_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($typed[1] completion --words -- $typed[2..-1] "$current" 2>/dev/null)
  if test "$found[1]" = ":files"
    __fish_complete_path "$current"
  else
    printf '%s\\n' $found
  end
end
complete -c kecs -f -a '(__kecs_complete)'
`,
}
