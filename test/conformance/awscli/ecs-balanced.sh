#!/usr/bin/env bash
# A deployment as ecspresso and CI jobs make it with the AWS CLI: a service behind a load balancer is registered, updated,
# waited for and rolled back.
source "$(dirname "$0")/expect.sh"

cluster=$unique
name=$(printf '%s' "$unique" | tail -c 20)
container() { # VERSION
  printf '[{"name":"app","image":"busybox:latest","command":["httpd","-f","-p","8080"],"memory":32,"stopTimeout":2,"portMappings":[{"containerPort":8080}],"environment":[{"name":"VERSION","value":"%s"}]}]' "$1"
}
same() { printf '%s\n' "$1"; } # for what was asked before
shown() { aws ecs describe-services --cluster "$cluster" --services web --query "$1" | tr '\t' ' '; }
states() { aws elbv2 describe-target-health --target-group-arn "$group" --query 'TargetHealthDescriptions[].TargetHealth.State' | tr '\t' ' '; }

aws ecs create-cluster --cluster-name "$cluster" >/dev/null
group=$(aws elbv2 create-target-group --name "$name-web" --protocol HTTP --port 8080 --vpc-id vpc-1 --target-type ip \
  --health-check-interval-seconds 5 --health-check-timeout-seconds 2 --matcher HttpCode=200-499 --query 'TargetGroups[0].TargetGroupArn')
aws elbv2 modify-target-group-attributes --target-group-arn "$group" --attributes Key=deregistration_delay.timeout_seconds,Value=1 >/dev/null
balancer=$(aws elbv2 create-load-balancer --name "$name" --subnets subnet-1 subnet-2 --query 'LoadBalancers[0].LoadBalancerArn')
aws elbv2 wait load-balancer-available --load-balancer-arns "$balancer"
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 --default-actions "Type=forward,TargetGroupArn=$group" >/dev/null

register() { aws ecs register-task-definition --family "$cluster" --network-mode awsvpc --container-definitions "$(container "$1")" --query taskDefinition.taskDefinitionArn; }
first=$(register 1)
second=$(register 2)
aws ecs create-service --cluster "$cluster" --service-name web --task-definition "$first" --desired-count 2 \
  --network-configuration 'awsvpcConfiguration={subnets=[subnet-1]}' \
  --load-balancers "targetGroupArn=$group,containerName=app,containerPort=8080" >/dev/null
aws ecs wait services-stable --cluster "$cluster" --services web
aws elbv2 wait target-in-service --target-group-arn "$group"
expect 'created' '2 healthy healthy' same "$(shown 'services[0].runningCount') $(states)"

# What is registered is what the tasks are.
addresses() { tr '\t' '\n' | sort | tr '\n' ' '; }
tasks=$(aws ecs list-tasks --cluster "$cluster" --service-name web --query 'taskArns[]')
# shellcheck disable=SC2086 # several ARNs
expect 'targets are the tasks' "$(aws ecs describe-tasks --cluster "$cluster" --tasks $tasks --query 'tasks[].containers[0].networkInterfaces[0].privateIpv4Address' | addresses)" \
  same "$(aws elbv2 describe-target-health --target-group-arn "$group" --query 'TargetHealthDescriptions[].Target.Id' | addresses)"
old=$(aws elbv2 describe-target-health --target-group-arn "$group" --query 'TargetHealthDescriptions[0].Target.Id')

aws ecs update-service --cluster "$cluster" --service web --task-definition "$second" >/dev/null
aws ecs wait services-stable --cluster "$cluster" --services web
aws elbv2 wait target-deregistered --target-group-arn "$group" --targets "Id=$old,Port=8080"
expect 'rolled' "2 $second healthy healthy" same "$(shown 'services[0].[runningCount,taskDefinition]') $(states)"

aws ecs update-service --cluster "$cluster" --service web --task-definition "$first" >/dev/null
aws ecs wait services-stable --cluster "$cluster" --services web
expect 'rolled back' "2 $first healthy healthy" same "$(shown 'services[0].[runningCount,taskDefinition]') $(states)"
events=$(shown 'services[0].events[].message')
for message in "registered 1 targets in (target-group $group)" "deregistered 1 targets in (target-group $group)" 'has begun draining connections on 1 tasks.'; do
  case $events in *"$message"*) printf 'ok: %s\n' "$message" ;; *) expect 'an event' "$message" same "$events" ;; esac
done

aws ecs delete-service --cluster "$cluster" --service web --force >/dev/null
aws ecs wait services-inactive --cluster "$cluster" --services web
expect 'nothing is left' '' same "$(states | sed 's/None//')"
aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"
aws elbv2 delete-target-group --target-group-arn "$group"
aws ecs delete-cluster --cluster "$cluster" >/dev/null
