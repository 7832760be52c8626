#!/usr/bin/env bash
# A service's life as the AWS CLI drives it: registered, updated, waited for, rolled back, deleted. The endpoint, region and
# credentials come from the environment. Run by ecs-services-tools.test.ts; by hand: AWS_ENDPOINT_URL=… ./ecs-services-awscli.sh UNIQUE-NAME
set -euo pipefail
export AWS_PAGER='' AWS_DEFAULT_OUTPUT=text

cluster=${1:?a unique name}
family=$cluster-task
container='[{"name":"app","image":"busybox:latest","command":["sleep","600"],"memory":32,"stopTimeout":2}]'

expect() { # WHAT EXPECTED ACTUAL
  if [ "$2" != "$3" ]; then
    printf 'not ok: %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3" >&2
    exit 1
  fi
  printf 'ok: %s\n' "$1"
}
shown() { aws ecs describe-services --cluster "$cluster" --services web --query "$1" | tr '\t' ' '; }

aws ecs create-cluster --cluster-name "$cluster" >/dev/null
first=$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query taskDefinition.taskDefinitionArn)
second=$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query taskDefinition.taskDefinitionArn)

expect 'create-service' 'ACTIVE 1 0' "$(aws ecs create-service --cluster "$cluster" --service-name web --task-definition "$first" \
  --desired-count 1 --query 'service.[status,desiredCount,runningCount]' | tr '\t' ' ')"
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'describe-services' "1 1 $first" "$(shown 'services[0].[runningCount,length(deployments),taskDefinition]')"
expect 'list-services' 1 "$(aws ecs list-services --cluster "$cluster" --output json --query 'length(serviceArns)')"

expect 'update-service' 'PRIMARY ACTIVE' \
  "$(aws ecs update-service --cluster "$cluster" --service web --task-definition "$second" --query 'service.deployments[].status' | tr '\t' ' ')"
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'rolled' "1 $second" "$(shown 'services[0].[runningCount,taskDefinition]')"
aws ecs update-service --cluster "$cluster" --service web --task-definition "$first" >/dev/null
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'rolled back' "1 $first" "$(shown 'services[0].[runningCount,taskDefinition]')"
expect 'list-service-deployments' 3 \
  "$(aws ecs list-service-deployments --cluster "$cluster" --service web --output json --query 'length(serviceDeployments)')"

expect 'delete-service' DRAINING "$(aws ecs delete-service --cluster "$cluster" --service web --force --query service.status)"
aws ecs wait services-inactive --cluster "$cluster" --services web
expect 'delete-cluster' INACTIVE "$(aws ecs delete-cluster --cluster "$cluster" --query cluster.status)"
