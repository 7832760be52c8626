#!/usr/bin/env bash
# What a test of yours may be: the image that was just built runs as a task.
set -euo pipefail

aws ecs register-task-definition --family my-app --query taskDefinition.taskDefinitionArn --output text \
	--container-definitions '[{"name": "app", "image": "my-app:ci", "memory": 32, "portMappings": [{"containerPort": 8080}]}]'
task=$(aws ecs run-task --cluster ci --task-definition my-app --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-running --cluster ci --tasks "$task"
aws ecs stop-task --cluster ci --task "$task" --reason 'seen enough' --query task.desiredStatus --output text
