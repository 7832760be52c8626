#!/usr/bin/env bash
# Every ECS operation that kecs implements, as the AWS CLI drives it. The endpoint, region and credentials come from
# the environment. Run by awscli.test.ts; by hand: AWS_ENDPOINT_URL=… ./ecs-operations.sh UNIQUE-NAME
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

expect 'create-cluster' ACTIVE "$(aws ecs create-cluster --cluster-name "$cluster" --tags key=by,value=cli --query cluster.status)"
expect 'describe-clusters' "$cluster ACTIVE cli" \
  "$(aws ecs describe-clusters --clusters "$cluster" --include TAGS --query 'clusters[].[clusterName,status,tags[0].value]' | tr '\t' ' ')"
expect 'list-clusters' 1 "$(aws ecs list-clusters --query "length(clusterArns[?ends_with(@, ':cluster/$cluster')])")"

expect 'register-task-definition' "$family 1" \
  "$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query 'taskDefinition.[family,revision]' | tr '\t' ' ')"
second=$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query taskDefinition.taskDefinitionArn)
expect 'describe-task-definition' "$second" "$(aws ecs describe-task-definition --task-definition "$family" --query taskDefinition.taskDefinitionArn)"
expect 'list-task-definitions' 2 "$(aws ecs list-task-definitions --family-prefix "$family" --page-size 1 --output json --query 'length(taskDefinitionArns)')"
expect 'list-task-definition-families' "$family" "$(aws ecs list-task-definition-families --family-prefix "$family" --query families)"
expect 'deregister-task-definition' INACTIVE "$(aws ecs deregister-task-definition --task-definition "$second" --query taskDefinition.status)"
refused 'run-task of an inactive definition' 'TaskDefinition is inactive' aws ecs run-task --cluster "$cluster" --task-definition "$second"

task=$(aws ecs run-task --cluster "$cluster" --task-definition "$family" --started-by cli --query 'tasks[0].taskArn')
aws ecs wait tasks-running --cluster "$cluster" --tasks "$task"
expect 'run-task, describe-tasks' 'RUNNING RUNNING' \
  "$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].[lastStatus,containers[0].lastStatus]' | tr '\t' ' ')"
expect 'list-tasks' "$task" "$(aws ecs list-tasks --cluster "$cluster" --started-by cli --query taskArns)"
refused 'delete-cluster with a task in it' 'ClusterContainsTasksException' aws ecs delete-cluster --cluster "$cluster"
expect 'stop-task' 'STOPPED enough' \
  "$(aws ecs stop-task --cluster "$cluster" --task "$task" --reason enough --query 'task.[desiredStatus,stoppedReason]' | tr '\t' ' ')"
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
expect 'a stopped task' 'STOPPED UserInitiated enough' \
  "$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].[lastStatus,stopCode,stoppedReason]' | tr '\t' ' ')"
expect 'list-tasks of stopped ones' "$task" "$(aws ecs list-tasks --cluster "$cluster" --desired-status STOPPED --query taskArns)"
refused 'stop-task of no task' 'The referenced task was not found.' \
  aws ecs stop-task --cluster "$cluster" --task ffffffffffffffffffffffffffffffff

expect 'delete-cluster' INACTIVE "$(aws ecs delete-cluster --cluster "$cluster" --query cluster.status)"
refused 'a deleted cluster' 'ClusterNotFoundException' aws ecs list-tasks --cluster "$cluster"
