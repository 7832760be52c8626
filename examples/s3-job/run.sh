#!/usr/bin/env bash
# A job that writes to S3, with nothing set but what ECS sets.
source "$(dirname "$0")/../lib.sh"

bucket=example-$run
step "A bucket, and a job that writes into it"
aws s3api create-bucket --bucket "$bucket" --output text
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
aws ecs register-task-definition --family "job-$run" --query taskDefinition.taskDefinitionArn --output text --container-definitions "[{
	\"name\": \"job\", \"image\": \"$AWS_CLI_IMAGE\", \"memory\": 256, \"entryPoint\": [\"sh\", \"-c\"],
	\"command\": [\"echo done by a task > /tmp/result && aws s3 cp /tmp/result s3://$bucket/result\"]}]"
task=$(aws ecs run-task --cluster "$cluster" --task-definition "job-$run" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"

step "Its result"
result=$(aws s3 cp "s3://$bucket/result" -)
echo "$result"
[ "$result" = 'done by a task' ]
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
