#!/usr/bin/env bash
# Two services behind path rules of one Application Load Balancer, rolled to a new version while it is asked all the time.
source "$(dirname "$0")/../lib.sh"

definition() { # NAME TEXT
	aws ecs register-task-definition --family "$1-$run" --network-mode awsvpc --query taskDefinition.taskDefinitionArn --output text --container-definitions "[{
		\"name\": \"web\", \"image\": \"busybox\", \"memory\": 32, \"portMappings\": [{\"containerPort\": 8080}],
		\"command\": [\"sh\", \"-c\", \"mkdir -p /www/$1 && echo $2 > /www/index.html && echo $2 > /www/$1/index.html && exec httpd -f -p 8080 -h /www\"],
		\"stopTimeout\": 2}]"
}
group() { # NAME
	local arn
	arn=$(aws elbv2 create-target-group --name "$1-$run" --protocol HTTP --port 8080 --target-type ip --vpc-id "$vpc" \
		--health-check-interval-seconds 5 --health-check-timeout-seconds 2 --healthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn' --output text)
	aws elbv2 modify-target-group-attributes --target-group-arn "$arn" --attributes Key=deregistration_delay.timeout_seconds,Value=5 >/dev/null
	echo "$arn"
}
service() { # NAME GROUP
	aws ecs create-service --cluster "$cluster" --service-name "$1" --task-definition "$1-$run" --desired-count 2 \
		--network-configuration "awsvpcConfiguration={subnets=[${subnets// /,}]}" \
		--load-balancers "targetGroupArn=$2,containerName=web,containerPort=8080" --query service.serviceArn --output text
}

vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)
subnets=$(aws ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" --query 'Subnets[:2].SubnetId' --output text | tr '\t' ' ')

step "A load balancer with a rule for each path"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
# shellcheck disable=SC2086
read -r lb dns < <(aws elbv2 create-load-balancer --name "paths-$run" --subnets $subnets --query 'LoadBalancers[0].[LoadBalancerArn, DNSName]' --output text)
shop=$(group shop)
blog=$(group blog)
listener=$(aws elbv2 create-listener --load-balancer-arn "$lb" --protocol HTTP --port 80 --query 'Listeners[0].ListenerArn' --output text \
	--default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=404,MessageBody=nothing here,ContentType=text/plain}')
aws elbv2 create-rule --listener-arn "$listener" --priority 1 --conditions 'Field=path-pattern,Values=/shop*' --actions "Type=forward,TargetGroupArn=$shop" --query 'Rules[0].Priority' --output text
aws elbv2 create-rule --listener-arn "$listener" --priority 2 --conditions 'Field=path-pattern,Values=/blog*' --actions "Type=forward,TargetGroupArn=$blog" --query 'Rules[0].Priority' --output text

step "Two services"
definition shop shop-1
definition blog blog-1
service shop "$shop"
service blog "$blog"
aws ecs wait services-stable --cluster "$cluster" --services shop blog

# By its name at the AWS endpoint; on port 80 from inside the cluster.
ask() { curl -fsS -H "Host: $dns" "$AWS_ENDPOINT_URL$1"; }
step "Asked through the load balancer"
echo "/shop/ $(ask /shop/)   /blog/ $(ask /blog/)   / $(curl -sS -o /dev/null -w '%{http_code}' -H "Host: $dns" "$AWS_ENDPOINT_URL/")"

step "A new version of the shop, while it is asked all the time"
: >"/tmp/answers-$run"
(while [ ! -e "/tmp/stop-$run" ]; do
	ask /shop/ >>"/tmp/answers-$run" 2>>"/tmp/failures-$run" || echo failed >>"/tmp/failures-$run"
	sleep 0.05
done) &
asking=$!
definition shop shop-2
aws ecs update-service --cluster "$cluster" --service shop --task-definition "shop-$run" --query service.status --output text
aws ecs wait services-stable --cluster "$cluster" --services shop
touch "/tmp/stop-$run"
wait "$asking"
sort "/tmp/answers-$run" | uniq -c
echo "failed: $(grep -c failed "/tmp/failures-$run" || true)"
[ "$(ask /shop/)" = shop-2 ]
! grep -q failed "/tmp/failures-$run"
rm -f "/tmp/answers-$run" "/tmp/failures-$run" "/tmp/stop-$run"

step "Gone again"
for name in shop blog; do aws ecs delete-service --cluster "$cluster" --service "$name" --force --query service.status --output text; done
aws ecs wait services-inactive --cluster "$cluster" --services shop blog
aws elbv2 delete-load-balancer --load-balancer-arn "$lb"
for arn in "$shop" "$blog"; do aws elbv2 delete-target-group --target-group-arn "$arn"; done
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
