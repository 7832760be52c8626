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
# default_network: the default VPC in $vpc, two of its subnets in $subnets, and $network for tasks in mode awsvpc.
default_network() {
	vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)
	read -ra subnets < <(aws ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" --query 'Subnets[:2].SubnetId' --output text)
	network="awsvpcConfiguration={subnets=[$(IFS=, && echo "${subnets[*]}")]}"
}
# target_group NAME PORT PATH: a target group of addresses that is quick to notice changes, and prints its ARN.
target_group() {
	local arn
	arn=$(aws elbv2 create-target-group --name "$1-$run" --protocol HTTP --port "$2" --target-type ip --vpc-id "$vpc" --health-check-path "$3" \
		--health-check-interval-seconds 5 --health-check-timeout-seconds 2 --healthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn' --output text)
	aws elbv2 modify-target-group-attributes --target-group-arn "$arn" --attributes Key=deregistration_delay.timeout_seconds,Value=5 >/dev/null
	echo "$arn"
}
# keep_asking COMMAND…: runs it all the time, until stop_asking, which shows how often it answered what, and fails where it failed.
keep_asking() {
	asked=$(mktemp -d)
	(until [ -e "$asked/stop" ]; do
		"$@" >>"$asked/answers" || echo failed >>"$asked/answers"
		sleep 0.05
	done) 2>/dev/null &
}
stop_asking() {
	touch "$asked/stop"
	wait $!
	sort "$asked/answers" | uniq -c
	# Not `! grep`: that ends no script.
	if grep -q failed "$asked/answers"; then return 1; fi
	rm -r "$asked"
}
