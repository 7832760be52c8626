#!/usr/bin/env bash
# One nginx task, reached from the machine.
source "$(dirname "$0")/../lib.sh"

step "A cluster and a task definition"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
aws ecs register-task-definition --family "one-$run" --network-mode bridge --query taskDefinition.taskDefinitionArn --output text \
	--container-definitions '[{"name": "nginx", "image": "nginx:alpine", "memory": 64, "portMappings": [{"containerPort": 80}]}]'

step "A task that runs"
task=$(aws ecs run-task --cluster "$cluster" --task-definition "one-$run" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-running --cluster "$cluster" --tasks "$task"
port=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].containers[0].networkBindings[0].hostPort' --output text)
until_true 120 curl -fsS -o /dev/null "http://localhost:$port"
curl -fsS "http://localhost:$port" | grep -o '<title>.*</title>'

step "Stopped"
aws ecs stop-task --cluster "$cluster" --task "$task" --reason 'seen enough' --query task.desiredStatus --output text
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].[stopCode, stoppedReason]' --output text
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
