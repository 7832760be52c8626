#!/usr/bin/env bash
# Three containers behind path rules of one Application Load Balancer. The first writes pages into a volume that they share,
# the others start once it is healthy; then all are rolled to a new version while they are asked all the time.
source "$(dirname "$0")/../lib.sh"

server() { # NAME PORT: serves what is below its own folder of the volume, so that no container could answer for another
	echo "{\"name\": \"$1\", \"image\": \"busybox\", \"memory\": 32, \"portMappings\": [{\"containerPort\": $2}], \"stopTimeout\": 2,
		\"mountPoints\": [{\"sourceVolume\": \"pages\", \"containerPath\": \"/www\", \"readOnly\": true}],
		\"dependsOn\": [{\"containerName\": \"pages\", \"condition\": \"HEALTHY\"}],
		\"command\": [\"httpd\", \"-f\", \"-p\", \"$2\", \"-h\", \"/www/$1\"]}"
}
definition() { # VERSION
	local write="for name in pages shop blog; do mkdir -p /www/\$name/\$name && echo \$name-$1 > /www/\$name/\$name/index.html; done"
	aws ecs register-task-definition --family "site-$run" --network-mode awsvpc --query taskDefinition.taskDefinitionArn --output text \
		--volumes name=pages --container-definitions "[
		{\"name\": \"pages\", \"image\": \"busybox\", \"memory\": 32, \"portMappings\": [{\"containerPort\": 8080}], \"stopTimeout\": 2,
			\"mountPoints\": [{\"sourceVolume\": \"pages\", \"containerPath\": \"/www\"}],
			\"command\": [\"sh\", \"-c\", \"$write; exec httpd -f -p 8080 -h /www/pages\"],
			\"healthCheck\": {\"command\": [\"CMD-SHELL\", \"wget -q -O /dev/null http://127.0.0.1:8080/pages/\"], \"interval\": 5, \"timeout\": 2}},
		$(server shop 8081), $(server blog 8082)]"
}
rule() { # PRIORITY NAME GROUP
	aws elbv2 create-rule --listener-arn "$listener" --priority "$1" --conditions "Field=path-pattern,Values=/$2*" \
		--actions "Type=forward,TargetGroupArn=$3" --query 'Rules[0].Conditions[0].Values[0]' --output text
}

default_network
step "A load balancer with a rule for each path"
aws ecs create-cluster --cluster-name "$cluster" --query cluster.status --output text
read -r lb dns < <(aws elbv2 create-load-balancer --name "site-$run" --subnets "${subnets[@]}" --query 'LoadBalancers[0].[LoadBalancerArn, DNSName]' --output text)
pages=$(target_group pages 8080 /pages/)
shop=$(target_group shop 8081 /shop/)
blog=$(target_group blog 8082 /blog/)
listener=$(aws elbv2 create-listener --load-balancer-arn "$lb" --protocol HTTP --port 80 --query 'Listeners[0].ListenerArn' --output text \
	--default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=404,MessageBody=nothing here,ContentType=text/plain}')
rule 1 pages "$pages"
rule 2 shop "$shop"
rule 3 blog "$blog"

step "A service of two tasks, each with the three containers"
aws ecs create-service --cluster "$cluster" --service-name site --task-definition "$(definition 1)" --desired-count 2 \
	--network-configuration "$network" --query service.serviceName --output text --load-balancers \
	"targetGroupArn=$pages,containerName=pages,containerPort=8080" "targetGroupArn=$shop,containerName=shop,containerPort=8081" \
	"targetGroupArn=$blog,containerName=blog,containerPort=8082"
aws ecs wait services-stable --cluster "$cluster" --services site

# By its name at the AWS endpoint; on port 80 from inside the cluster.
ask() { curl -fsS -H "Host: $dns" "$AWS_ENDPOINT_URL$1"; }
all() { ask /pages/ && ask /shop/ && ask /blog/; }
answers() { all >/dev/null 2>&1; }
step "Asked through the load balancer"
until_true 120 answers
all
echo "/ is answered with $(curl -sS -o /dev/null -w '%{http_code}' -H "Host: $dns" "$AWS_ENDPOINT_URL/")"

step "A new version of all three, while they are asked all the time"
keep_asking all
aws ecs update-service --cluster "$cluster" --service site --task-definition "$(definition 2)" --query service.status --output text
aws ecs wait services-stable --cluster "$cluster" --services site
stop_asking
is_new() { [ "$(ask /shop/)" = shop-2 ]; }
until_true 120 is_new

step "Gone again"
aws ecs delete-service --cluster "$cluster" --service site --force --query service.status --output text
aws ecs wait services-inactive --cluster "$cluster" --services site
aws elbv2 delete-load-balancer --load-balancer-arn "$lb"
for arn in "$pages" "$shop" "$blog"; do aws elbv2 delete-target-group --target-group-arn "$arn"; done
aws ecs delete-cluster --cluster "$cluster" --query cluster.status --output text
