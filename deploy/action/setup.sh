#!/bin/sh
# The step of action.yml: installs a pinned kecs, brings it up, and exports what AWS tools need to the steps that follow.
# Where `kecs up` fails, what `kecs doctor` finds is left in RUNNER_TEMP for the step that uploads it.
set -eu

: "${KECS_INPUT_VERSION:?the input version says which release}"
name=${KECS_INPUT_NAME:-kecs}
bin=$RUNNER_TEMP/kecs-bin

sh "$(dirname "$0")/../install.sh" --version "$KECS_INPUT_VERSION" --dir "$bin"
echo "$bin" >>"$GITHUB_PATH"

set -- --name "$name"
[ -z "${KECS_INPUT_DRIVER:-}" ] || set -- "$@" --driver "$KECS_INPUT_DRIVER"
# Flags are words.
# shellcheck disable=SC2086
if ! "$bin/kecs" up "$@" ${KECS_INPUT_ARGUMENTS:-}; then
	"$bin/kecs" doctor --name "$name" --bundle "$RUNNER_TEMP/kecs-doctor.tar.gz" || true
	exit 1
fi

# Lines of KEY=value, which GITHUB_ENV takes as they are.
"$bin/kecs" env --name "$name" --shell dotenv >>"$GITHUB_ENV"
# Steps that follow mean this instance where they name none.
echo "KECS_NAME=$name" >>"$GITHUB_ENV"
endpoint=$("$bin/kecs" env --name "$name" --shell dotenv | sed -n 's/^AWS_ENDPOINT_URL=//p')
echo "endpoint=$endpoint" >>"$GITHUB_OUTPUT"
