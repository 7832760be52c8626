#!/usr/bin/env bash
# Load balancing as the AWS CLI drives it. The endpoint, region and credentials come from the environment. Run by
# elbv2-tools.test.ts; by hand: AWS_ENDPOINT_URL=… ./elbv2-awscli.sh UNIQUE-NAME
set -euo pipefail
export AWS_PAGER='' AWS_DEFAULT_OUTPUT=text
unique=${1:?a unique name}

expect() { # WHAT EXPECTED ACTUAL
  if [ "$2" != "$3" ]; then
    printf 'not ok: %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3" >&2
    exit 1
  fi
}

balancer=$(aws elbv2 create-load-balancer --name "$unique" --type network --subnets subnet-1 --query 'LoadBalancers[0].LoadBalancerArn')
group=$(aws elbv2 create-target-group --name "$unique" --protocol TCP --port 80 --vpc-id vpc-1 --target-type ip \
  --query 'TargetGroups[0].TargetGroupArn')
aws elbv2 register-targets --target-group-arn "$group" --targets Id=10.0.0.1 Id=10.0.0.2,Port=81
listener=$(aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol TCP --port 80 \
  --default-actions Type=forward,TargetGroupArn="$group" --query 'Listeners[0].ListenerArn')
expect 'the target group is used' "$balancer" \
  "$(aws elbv2 describe-target-groups --load-balancer-arn "$balancer" --query 'TargetGroups[0].LoadBalancerArns[0]')"
expect 'both targets are registered' '80	81' \
  "$(aws elbv2 describe-target-health --target-group-arn "$group" --query 'TargetHealthDescriptions[].Target.Port')"
aws elbv2 modify-listener --listener-arn "$listener" --port 81 >/dev/null
expect 'the listener has its new port' 81 "$(aws elbv2 describe-listeners --load-balancer-arn "$balancer" --query 'Listeners[0].Port')"
aws elbv2 delete-listener --listener-arn "$listener"
aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"
aws elbv2 delete-target-group --target-group-arn "$group"
