#!/usr/bin/env bash
# Clusters, task definitions and tasks as the AWS CLI drives them, and what hangs on them.
source "$(dirname "$0")/expect.sh"

cluster=$unique
family=$unique-task

expect 'create-cluster' ACTIVE aws ecs create-cluster --cluster-name "$cluster" --tags key=by,value=cli --query cluster.status
expect 'describe-clusters' "$cluster ACTIVE cli" \
  aws ecs describe-clusters --clusters "$cluster" --include TAGS --query 'clusters[].[clusterName,status,tags[0].value]'
expect 'list-clusters' 1 aws ecs list-clusters --query "length(clusterArns[?ends_with(@, ':cluster/$cluster')])"
expect 'update-cluster-settings' enabled aws ecs update-cluster-settings --cluster "$cluster" \
  --settings name=containerInsights,value=enabled --query 'cluster.settings[0].value'
expect 'put-cluster-capacity-providers' 'FARGATE 2' aws ecs put-cluster-capacity-providers --cluster "$cluster" \
  --capacity-providers FARGATE FARGATE_SPOT --default-capacity-provider-strategy capacityProvider=FARGATE,weight=2 \
  --query 'cluster.defaultCapacityProviderStrategy[0].[capacityProvider,weight]'
attachments() { aws ecs describe-clusters --clusters "$cluster" --query 'clusters[0].attachmentsStatus'; }
for _ in {1..50}; do [ "$(attachments)" = UPDATE_IN_PROGRESS ] || break; sleep 0.2; done
expect 'put-cluster-capacity-providers with none' 0 aws ecs put-cluster-capacity-providers --cluster "$cluster" \
  --capacity-providers --default-capacity-provider-strategy --query 'length(cluster.capacityProviders)'

expect 'register-task-definition' "$family 1" aws ecs register-task-definition --family "$family" \
  --container-definitions "$container" --query 'taskDefinition.[family,revision]'
second=$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query taskDefinition.taskDefinitionArn)
expect 'describe-task-definition' "$second" \
  aws ecs describe-task-definition --task-definition "$family" --query taskDefinition.taskDefinitionArn
expect 'list-task-definitions' 2 \
  aws ecs list-task-definitions --family-prefix "$family" --page-size 1 --output json --query 'length(taskDefinitionArns)'
expect 'list-task-definition-families' "$family" aws ecs list-task-definition-families --family-prefix "$family" --query families
aws ecs tag-resource --resource-arn "$second" --tags key=tier,value=web key=team,value=red
aws ecs untag-resource --resource-arn "$second" --tag-keys team
expect 'tag-resource, untag-resource' 'tier web' aws ecs list-tags-for-resource --resource-arn "$second" --query 'tags[].[key,value]'
expect 'deregister-task-definition' INACTIVE aws ecs deregister-task-definition --task-definition "$second" --query taskDefinition.status
refused 'run-task of an inactive definition' 'TaskDefinition is inactive' aws ecs run-task --cluster "$cluster" --task-definition "$second"
expect 'delete-task-definitions' DELETE_IN_PROGRESS \
  aws ecs delete-task-definitions --task-definitions "$second" --query 'taskDefinitions[].status'

task=$(aws ecs run-task --cluster "$cluster" --task-definition "$family" --started-by cli --query 'tasks[0].taskArn')
aws ecs wait tasks-running --cluster "$cluster" --tasks "$task"
expect 'run-task, describe-tasks' 'RUNNING RUNNING' \
  aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].[lastStatus,containers[0].lastStatus]'
expect 'list-tasks' "$task" aws ecs list-tasks --cluster "$cluster" --started-by cli --query taskArns
refused 'delete-cluster with a task in it' 'ClusterContainsTasksException' aws ecs delete-cluster --cluster "$cluster"
expect 'stop-task' 'STOPPED enough' \
  aws ecs stop-task --cluster "$cluster" --task "$task" --reason enough --query 'task.[desiredStatus,stoppedReason]'
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
expect 'a stopped task' 'STOPPED UserInitiated enough' \
  aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].[lastStatus,stopCode,stoppedReason]'
expect 'list-tasks of stopped ones' "$task" aws ecs list-tasks --cluster "$cluster" --desired-status STOPPED --query taskArns
refused 'stop-task of no task' 'The referenced task was not found.' \
  aws ecs stop-task --cluster "$cluster" --task ffffffffffffffffffffffffffffffff

instance=$(aws ecs list-container-instances --cluster "$cluster" --query 'containerInstanceArns[0]')
expect 'describe-container-instances' ACTIVE \
  aws ecs describe-container-instances --cluster "$cluster" --container-instances "$instance" --query 'containerInstances[0].status'
aws ecs put-attributes --cluster "$cluster" --attributes "name=stack,value=blue,targetId=$instance" >/dev/null
expect 'put-attributes, list-attributes' blue aws ecs list-attributes --cluster "$cluster" --target-type container-instance \
  --attribute-name stack --query 'attributes[].value'
aws ecs delete-attributes --cluster "$cluster" --attributes "name=stack,targetId=$instance" >/dev/null
started=$(aws ecs start-task --cluster "$cluster" --task-definition "$family" --container-instances "$instance" --query 'tasks[0].taskArn')
aws ecs wait tasks-running --cluster "$cluster" --tasks "$started"
expect 'start-task' "$instance" aws ecs describe-tasks --cluster "$cluster" --tasks "$started" --query 'tasks[0].containerInstanceArn'
aws ecs stop-task --cluster "$cluster" --task "$started" >/dev/null
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$started"

expect 'put-account-setting' 'fargateTaskRetirementWaitPeriod 14' aws ecs put-account-setting \
  --name fargateTaskRetirementWaitPeriod --value 14 --query 'setting.[name,value]'
expect 'list-account-settings' 14 \
  aws ecs list-account-settings --effective-settings --name fargateTaskRetirementWaitPeriod --query 'settings[].value'
aws ecs delete-account-setting --name fargateTaskRetirementWaitPeriod >/dev/null

expect 'delete-cluster' INACTIVE aws ecs delete-cluster --cluster "$cluster" --query cluster.status
refused 'a deleted cluster' 'ClusterNotFoundException' aws ecs list-tasks --cluster "$cluster"
