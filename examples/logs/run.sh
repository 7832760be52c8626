#!/usr/bin/env bash
# What a container writes, in CloudWatch Logs.
source "$(dirname "$0")/../lib.sh"

step "A task that counts, with the log driver awslogs"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
aws ecs register-task-definition --family "counter-$run" --query taskDefinition.taskDefinitionArn --output text \
	--execution-role-arn "$(role ecsTaskExecutionRole)" --container-definitions "[{
		\"name\": \"counter\", \"image\": \"busybox\", \"memory\": 32,
		\"command\": [\"sh\", \"-c\", \"for i in 1 2 3 4 5; do echo line \$i; sleep 0.2; done\"],
		\"logConfiguration\": {\"logDriver\": \"awslogs\", \"options\": {
			\"awslogs-group\": \"/example/$run\", \"awslogs-region\": \"us-east-1\",
			\"awslogs-stream-prefix\": \"count\", \"awslogs-create-group\": \"true\"}}
	}]"
task=$(aws ecs run-task --cluster "$cluster" --task-definition "counter-$run" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"

step "All of it is there"
lines() { [ "$(aws logs filter-log-events --log-group-name "/example/$run" --query 'length(events)' --output text 2>/dev/null)" = 5 ]; }
until_true 120 lines
# Version 1 of the AWS CLI has no `tail`, which shows lines as they come with --follow.
if aws --version 2>&1 | grep -q 'aws-cli/1'; then
	aws logs filter-log-events --log-group-name "/example/$run" --query 'events[].[logStreamName, message]' --output text
else
	aws logs tail "/example/$run"
fi
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
