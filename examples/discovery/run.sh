#!/usr/bin/env bash
# A service that finds another one by its name in Cloud Map, also after that was replaced.
source "$(dirname "$0")/../lib.sh"

namespace=example-$run.internal
default_network

step "A private DNS namespace, and a name in it"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
operation=$(aws servicediscovery create-private-dns-namespace --name "$namespace" --vpc "$vpc" --query OperationId --output text)
is_made() { [ "$(aws servicediscovery get-operation --operation-id "$operation" --query Operation.Status --output text)" = SUCCESS ]; }
until_true 120 is_made
id=$(aws servicediscovery get-operation --operation-id "$operation" --query Operation.Targets.NAMESPACE --output text)
read -r registry registry_arn < <(aws servicediscovery create-service --name greeter --namespace-id "$id" \
	--dns-config 'DnsRecords=[{Type=A,TTL=5}]' --health-check-custom-config FailureThreshold=1 --query 'Service.[Id, Arn]' --output text)

step "The greeter, whose tasks are registered under that name"
aws ecs register-task-definition --family "greeter-$run" --network-mode awsvpc --query taskDefinition.family --output text --container-definitions '[{
	"name": "web", "image": "busybox", "memory": 32, "portMappings": [{"containerPort": 8080}], "stopTimeout": 2,
	"command": ["sh", "-c", "mkdir -p /www && echo hello > /www/index.html && exec httpd -f -p 8080 -h /www"]}]'
aws ecs create-service --cluster "$cluster" --service-name greeter --task-definition "greeter-$run" --desired-count 2 \
	--network-configuration "$network" --service-registries "registryArn=$registry_arn" --query service.status --output text
aws ecs wait services-stable --cluster "$cluster" --services greeter
instances() { aws servicediscovery list-instances --service-id "$registry" --query 'length(Instances)' --output text; }
has_two() { [ "$(instances)" = 2 ]; }
until_true 120 has_two
echo "Cloud Map has $(instances)"

step "Another task asks it by its name, until it answers"
aws ecs register-task-definition --family "asker-$run" --network-mode awsvpc --query taskDefinition.family --output text --container-definitions "[{
	\"name\": \"asker\", \"image\": \"${CURL_IMAGE:-curlimages/curl:latest}\", \"memory\": 32,
	\"command\": [\"curl\", \"-fsS\", \"--retry\", \"60\", \"--retry-all-errors\", \"--retry-delay\", \"1\", \"http://greeter.$namespace:8080/\"]}]"
task=$(aws ecs run-task --cluster "$cluster" --task-definition "asker-$run" --network-configuration "$network" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
code=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
echo "it ended with $code"
[ "$code" = 0 ]

step "Gone again"
aws ecs delete-service --cluster "$cluster" --service greeter --force --query service.status --output text
aws ecs wait services-inactive --cluster "$cluster" --services greeter
is_empty() { [ "$(instances)" = 0 ]; }
until_true 120 is_empty
aws servicediscovery delete-service --id "$registry"
aws servicediscovery delete-namespace --id "$id" --query OperationId --output text >/dev/null
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
