#!/usr/bin/env bash
# A blue/green deployment: all requests go to blue, then all to green, and none fails.
source "$(dirname "$0")/../lib.sh"

default_network
definition() { # TEXT
	aws ecs register-task-definition --family "colour-$run" --network-mode awsvpc --query taskDefinition.taskDefinitionArn --output text --container-definitions "[{
		\"name\": \"web\", \"image\": \"busybox\", \"memory\": 32, \"portMappings\": [{\"containerPort\": 8080}], \"stopTimeout\": 2,
		\"command\": [\"sh\", \"-c\", \"mkdir -p /www && echo $1 > /www/index.html && exec httpd -f -p 8080 -h /www\"]}]"
}
rule() { # PRIORITY CONDITION
	aws elbv2 create-rule --listener-arn "$listener" --priority "$1" --conditions "$2" --query 'Rules[0].RuleArn' --output text \
		--actions "[{\"Type\": \"forward\", \"ForwardConfig\": {\"TargetGroups\": [{\"TargetGroupArn\": \"$blue\", \"Weight\": 1}, {\"TargetGroupArn\": \"$green\", \"Weight\": 0}]}}]"
}

step "A load balancer with two target groups, a rule for all and one for tests"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
read -r lb dns < <(aws elbv2 create-load-balancer --name "colour-$run" --subnets "${subnets[@]}" --query 'LoadBalancers[0].[LoadBalancerArn, DNSName]' --output text)
blue=$(target_group blue 8080 /)
green=$(target_group green 8080 /)
listener=$(aws elbv2 create-listener --load-balancer-arn "$lb" --protocol HTTP --port 80 --query 'Listeners[0].ListenerArn' --output text \
	--default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=404}')
test=$(rule 1 'Field=http-header,HttpHeaderConfig={HttpHeaderName=x-test,Values=[yes]}')
production=$(rule 2 'Field=path-pattern,Values=/*')

step "Blue"
aws ecs create-service --cluster "$cluster" --service-name colour --task-definition "$(definition blue)" --desired-count 1 \
	--network-configuration "$network" --query service.status --output text \
	--deployment-configuration 'strategy=BLUE_GREEN,bakeTimeInMinutes=0' \
	--load-balancers "[{\"targetGroupArn\": \"$blue\", \"containerName\": \"web\", \"containerPort\": 8080, \"advancedConfiguration\": {
		\"alternateTargetGroupArn\": \"$green\", \"productionListenerRule\": \"$production\", \"testListenerRule\": \"$test\",
		\"roleArn\": \"$(role ecsInfrastructureRole)\"}}]"
aws ecs wait services-stable --cluster "$cluster" --services colour
ask() { curl -sS -H "Host: $dns" "$@" "$AWS_ENDPOINT_URL/"; }
is() { [ "$(ask "${@:2}")" = "$1" ]; }
until_true 120 is blue
echo "everybody gets $(ask)"

step "Green, while it is asked all the time"
keep_asking ask -f
aws ecs update-service --cluster "$cluster" --service colour --task-definition "$(definition green)" --query service.status --output text
until_true 120 is green
echo "everybody gets $(ask)"
aws ecs wait services-stable --cluster "$cluster" --services colour
stop_asking

step "Gone again"
aws ecs delete-service --cluster "$cluster" --service colour --force --query service.status --output text
aws ecs wait services-inactive --cluster "$cluster" --services colour
aws elbv2 delete-load-balancer --load-balancer-arn "$lb"
for arn in "$blue" "$green"; do aws elbv2 delete-target-group --target-group-arn "$arn"; done
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
