#!/usr/bin/env bash
# A task that starts another one: ECS is at the same door for containers.
source "$(dirname "$0")/../lib.sh"

step "A worker, and a task that starts it"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
aws ecs register-task-definition --family "worker-$run" --query taskDefinition.taskDefinitionArn --output text \
	--container-definitions '[{"name": "worker", "image": "busybox", "memory": 32, "command": ["echo", "worked"]}]'
aws ecs register-task-definition --family "starter-$run" --query taskDefinition.taskDefinitionArn --output text --container-definitions "[{
	\"name\": \"starter\", \"image\": \"$AWS_CLI_IMAGE\", \"memory\": 256, \"entryPoint\": [\"sh\", \"-ec\"],
	\"command\": [\"t=\$(aws ecs run-task --cluster $cluster --task-definition worker-$run --started-by starter --query tasks[0].taskArn --output text); aws ecs wait tasks-stopped --cluster $cluster --tasks \$t\"]}]"
task=$(aws ecs run-task --cluster "$cluster" --task-definition "starter-$run" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"

step "Both have ended well"
code=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
worker=$(aws ecs list-tasks --cluster "$cluster" --started-by starter --desired-status STOPPED --query 'taskArns[0]' --output text)
echo "starter $code, worker ${worker##*/}"
[ "$code" = 0 ]
[ "$worker" != None ]
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
