#!/usr/bin/env bash
# A service's life as the AWS CLI drives it: registered, updated, waited for, rolled back, deleted; and a service of task sets.
source "$(dirname "$0")/expect.sh"

cluster=$unique
family=$unique-task
shown() { aws ecs describe-services --cluster "$cluster" --services web --query "$1"; }

aws ecs create-cluster --cluster-name "$cluster" >/dev/null
first=$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query taskDefinition.taskDefinitionArn)
second=$(aws ecs register-task-definition --family "$family" --container-definitions "$container" --query taskDefinition.taskDefinitionArn)

expect 'create-service' 'ACTIVE 1 0' aws ecs create-service --cluster "$cluster" --service-name web --task-definition "$first" \
  --desired-count 1 --query 'service.[status,desiredCount,runningCount]'
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'describe-services' "1 1 $first" shown 'services[0].[runningCount,length(deployments),taskDefinition]'
expect 'list-services' 1 aws ecs list-services --cluster "$cluster" --output json --query 'length(serviceArns)'

task=$(aws ecs list-tasks --cluster "$cluster" --service-name web --query 'taskArns[0]')
expect 'update-task-protection' True aws ecs update-task-protection --cluster "$cluster" --tasks "$task" --protection-enabled \
  --expires-in-minutes 5 --query 'protectedTasks[0].protectionEnabled'
expect 'get-task-protection' "$task" aws ecs get-task-protection --cluster "$cluster" --tasks "$task" --query 'protectedTasks[0].taskArn'
aws ecs update-task-protection --cluster "$cluster" --tasks "$task" --no-protection-enabled >/dev/null

expect 'update-service' 'PRIMARY ACTIVE' \
  aws ecs update-service --cluster "$cluster" --service web --task-definition "$second" --query 'service.deployments[].status'
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'rolled' "1 $second" shown 'services[0].[runningCount,taskDefinition]'
aws ecs update-service --cluster "$cluster" --service web --task-definition "$first" >/dev/null
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'rolled back' "1 $first" shown 'services[0].[runningCount,taskDefinition]'
expect 'list-service-deployments' 3 \
  aws ecs list-service-deployments --cluster "$cluster" --service web --output json --query 'length(serviceDeployments)'
deployment=$(aws ecs list-service-deployments --cluster "$cluster" --service web --query 'serviceDeployments[0].serviceDeploymentArn')
revision=$(aws ecs describe-service-deployments --service-deployment-arns "$deployment" \
  --query 'serviceDeployments[0].targetServiceRevision.arn')
expect 'describe-service-deployments, describe-service-revisions' "$first" aws ecs describe-service-revisions \
  --service-revision-arns "$revision" --query 'serviceRevisions[0].taskDefinition'

aws ecs create-service --cluster "$cluster" --service-name sets --deployment-controller type=EXTERNAL --desired-count 1 >/dev/null
set=$(aws ecs create-task-set --cluster "$cluster" --service sets --task-definition "$first" --scale value=100,unit=PERCENT \
  --query taskSet.taskSetArn)
expect 'update-service-primary-task-set' PRIMARY \
  aws ecs update-service-primary-task-set --cluster "$cluster" --service sets --primary-task-set "$set" --query taskSet.status
expect 'update-task-set' True aws ecs update-task-set --cluster "$cluster" --service sets --task-set "$set" \
  --scale value=50,unit=PERCENT --query 'taskSet.scale.value == `50`'
expect 'describe-task-sets' "$set" aws ecs describe-task-sets --cluster "$cluster" --service sets --query 'taskSets[].taskSetArn'
expect 'delete-task-set' DRAINING \
  aws ecs delete-task-set --cluster "$cluster" --service sets --task-set "$set" --force --query taskSet.status

expect 'delete-service' DRAINING aws ecs delete-service --cluster "$cluster" --service web --force --query service.status
aws ecs delete-service --cluster "$cluster" --service sets --force >/dev/null
aws ecs wait services-inactive --cluster "$cluster" --services web
aws ecs wait services-inactive --cluster "$cluster" --services sets
expect 'delete-cluster' INACTIVE aws ecs delete-cluster --cluster "$cluster" --query cluster.status
