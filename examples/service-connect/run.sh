#!/usr/bin/env bash
# A service that another one asks by its Service Connect alias, rolled to a new version while it is asked all the time.
source "$(dirname "$0")/../lib.sh"

group=/example/connect-$run
default_network

web() { # VERSION
	aws ecs register-task-definition --family "web-$run" --network-mode awsvpc --query taskDefinition.taskDefinitionArn --output text --container-definitions "[{
		\"name\": \"web\", \"image\": \"busybox\", \"memory\": 32, \"stopTimeout\": 2,
		\"command\": [\"sh\", \"-c\", \"mkdir -p /www && echo $1 > /www/index.html && exec httpd -f -p 8080 -h /www\"],
		\"portMappings\": [{\"name\": \"http\", \"containerPort\": 8080, \"appProtocol\": \"http\"}],
		\"healthCheck\": {\"command\": [\"CMD-SHELL\", \"wget -q -O /dev/null http://127.0.0.1:8080/\"], \"interval\": 5, \"timeout\": 2}}]"
}
answers() { aws logs filter-log-events --log-group-name "$group" --query 'events[].message' --output text | tr '\t' '\n' | sort | uniq -c; }
has_answered() { grep -q "$1" <<<"$(answers)"; }

step "A cluster whose services share a namespace"
aws ecs create-cluster --cluster-name "$cluster" --service-connect-defaults "namespace=shop-$run" --query cluster.serviceConnectDefaults.namespace --output text

step "A service that is called web, at port 80, by the others"
web web-1
registry=$(aws ecs create-service --cluster "$cluster" --service-name web --task-definition "web-$run" --desired-count 2 --network-configuration "$network" \
	--service-connect-configuration '{"enabled": true, "services": [{"portName": "http", "clientAliases": [{"dnsName": "web", "port": 80}]}]}' \
	--query 'service.deployments[0].serviceConnectResources[0].discoveryArn' --output text)
echo "$registry"

step "A service that asks it all the time; it comes second, as it knows the names that there are when it is deployed"
aws ecs register-task-definition --family "shopper-$run" --network-mode awsvpc --query taskDefinition.taskDefinitionArn --output text --container-definitions "[{
	\"name\": \"shopper\", \"image\": \"busybox\", \"memory\": 32, \"stopTimeout\": 2,
	\"command\": [\"sh\", \"-c\", \"until wget -q -O /dev/null http://web/; do sleep 1; done; while true; do wget -q -O - http://web/ || echo failed; sleep 0.2; done\"],
	\"logConfiguration\": {\"logDriver\": \"awslogs\", \"options\": {\"awslogs-group\": \"$group\", \"awslogs-region\": \"$AWS_DEFAULT_REGION\",
		\"awslogs-stream-prefix\": \"shopper\", \"awslogs-create-group\": \"true\"}}}]"
aws ecs create-service --cluster "$cluster" --service-name shopper --task-definition "shopper-$run" --desired-count 1 --network-configuration "$network" \
	--service-connect-configuration '{"enabled": true}' --query service.serviceName --output text
aws ecs wait services-stable --cluster "$cluster" --services web shopper
until_true 120 has_answered web-1

step "Both tasks are in Cloud Map"
aws servicediscovery list-instances --service-id "${registry##*/}" --query 'Instances[].[Id, Attributes.AWS_INSTANCE_IPV4]' --output text

step "A new version of web"
web web-2
aws ecs update-service --cluster "$cluster" --service web --task-definition "web-$run" --query service.status --output text
until_true 120 has_answered web-2
aws ecs wait services-stable --cluster "$cluster" --services web
sleep 2
answers
if has_answered failed; then exit 1; fi

step "Gone again"
for name in web shopper; do aws ecs delete-service --cluster "$cluster" --service "$name" --force --query service.status --output text; done
aws ecs wait services-inactive --cluster "$cluster" --services web shopper
namespace=$(aws servicediscovery list-namespaces --query "Namespaces[?Name=='shop-$run'].Id" --output text)
aws servicediscovery delete-namespace --id "$namespace" --query OperationId --output text
aws logs delete-log-group --log-group-name "$group"
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
