# What the scripts beside this one begin with: `source "$(dirname "$0")/expect.sh"`. The endpoint, region and credentials
# come from the environment. They are run by awscli.test.ts; by hand: AWS_ENDPOINT_URL=… ./SCRIPT.sh UNIQUE-NAME
set -euo pipefail
export AWS_PAGER='' AWS_DEFAULT_OUTPUT=text

# What every name begins with: others may use the endpoint too.
unique=${1:?a unique name}
container='[{"name":"app","image":"busybox:latest","command":["sleep","600"],"memory":32,"stopTimeout":2}]'

expect() { # WHAT EXPECTED COMMAND…; what the command prints is compared, with a space for each tab
  local what=$1 expected=$2 output
  shift 2
  output=$("$@")
  output=${output//$'\t'/ }
  if [ "$output" != "$expected" ]; then
    printf 'not ok: %s\n  expected: %s\n  got:      %s\n' "$what" "$expected" "$output" >&2
    exit 1
  fi
  printf 'ok: %s\n' "$what"
}
refused() { # WHAT MESSAGE COMMAND…
  local what=$1 message=$2 output
  shift 2
  if output=$("$@" 2>&1); then
    printf 'not ok: %s was not refused: %s\n' "$what" "$output" >&2
    exit 1
  fi
  case $output in
    *"$message"*) printf 'ok: %s\n' "$what" ;;
    *)
      printf 'not ok: %s\n  expected: %s\n  got:      %s\n' "$what" "$message" "$output" >&2
      exit 1
      ;;
  esac
}
