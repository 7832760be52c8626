# What the examples share: an instance that is up, and the AWS tools pointed at it.
set -euo pipefail
shopt -s inherit_errexit
: "${AWS_ENDPOINT_URL:?point this shell at kecs first: eval \"\$(kecs env)\"}"
# An image with the AWS CLI; another one where a registry is out of reach.
AWS_CLI_IMAGE=${AWS_CLI_IMAGE:-amazon/aws-cli:latest}
# Names of a run, so that it can be run again.
run=${EXAMPLE_RUN:-$(date +%H%M%S)}
cluster=example-$run

step() { printf '\n== %s\n' "$*"; }
# role NAME: makes an IAM role that ECS and its tasks may take on, unless it is there, and prints its ARN.
role() {
	aws iam get-role --role-name "$1" --query Role.Arn --output text 2>/dev/null ||
		aws iam create-role --role-name "$1" --query Role.Arn --output text --assume-role-policy-document '{"Version": "2012-10-17",
			"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"]}}]}'
}
# until_true SECONDS COMMAND…: tries each half second.
until_true() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < deadline)) || {
			echo "gave up waiting for: $*" >&2
			return 1
		}
		sleep 0.5
	done
}
