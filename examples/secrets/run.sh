#!/usr/bin/env bash
# A container that gets its secrets from Systems Manager and Secrets Manager.
source "$(dirname "$0")/../lib.sh"

step "A parameter and a secret"
aws ssm put-parameter --name "/example/$run/greeting" --type SecureString --value 'hello from a parameter' --query Version --output text
secret=$(aws secretsmanager create-secret --name "example-$run" --secret-string '{"user": "app", "password": "s3cret"}' --query ARN --output text)

step "A task that reads both"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
aws ecs register-task-definition --family "secrets-$run" --network-mode bridge --query taskDefinition.taskDefinitionArn --output text \
	--execution-role-arn "$(role ecsTaskExecutionRole)" --container-definitions "[{
		\"name\": \"app\", \"image\": \"busybox\", \"memory\": 32,
		\"command\": [\"sh\", \"-c\", \"test \\\"\$GREETING\\\" = 'hello from a parameter' && test \\\"\$PASSWORD\\\" = s3cret\"],
		\"secrets\": [
			{\"name\": \"GREETING\", \"valueFrom\": \"/example/$run/greeting\"},
			{\"name\": \"PASSWORD\", \"valueFrom\": \"$secret:password::\"}]
	}]"
task=$(aws ecs run-task --cluster "$cluster" --task-definition "secrets-$run" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
code=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
echo "exit code $code"
[ "$code" = 0 ]

step "A secret that is missing fails the task, as on ECS"
aws ecs register-task-definition --family "missing-$run" --query taskDefinition.taskDefinitionArn --output text \
	--execution-role-arn "$(role ecsTaskExecutionRole)" --container-definitions '[{
		"name": "app", "image": "busybox", "memory": 32, "secrets": [{"name": "NO", "valueFrom": "/example/missing"}]}]'
task=$(aws ecs run-task --cluster "$cluster" --task-definition "missing-$run" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
reason=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].[stopCode, stoppedReason]' --output text)
echo "$reason"
grep -q ResourceInitializationError <<<"$reason"
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
