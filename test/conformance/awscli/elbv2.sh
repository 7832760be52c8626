#!/usr/bin/env bash
# Load balancing as the AWS CLI drives it: a Network Load Balancer, then an Application Load Balancer with rules.
source "$(dirname "$0")/expect.sh"

net=$(aws elbv2 create-load-balancer --name "$unique-n" --type network --subnets subnet-1 --query 'LoadBalancers[0].LoadBalancerArn')
tcp=$(aws elbv2 create-target-group --name "$unique-n" --protocol TCP --port 80 --vpc-id vpc-1 --target-type ip \
  --query 'TargetGroups[0].TargetGroupArn')
aws elbv2 wait load-balancer-available --load-balancer-arns "$net"
aws elbv2 register-targets --target-group-arn "$tcp" --targets Id=10.0.0.1 Id=10.0.0.2,Port=81
listener=$(aws elbv2 create-listener --load-balancer-arn "$net" --protocol TCP --port 80 \
  --default-actions Type=forward,TargetGroupArn="$tcp" --query 'Listeners[0].ListenerArn')
expect 'the target group is used' "$net" \
  aws elbv2 describe-target-groups --load-balancer-arn "$net" --query 'TargetGroups[0].LoadBalancerArns[0]'
expect 'both targets are registered' '80 81' \
  aws elbv2 describe-target-health --target-group-arn "$tcp" --query 'TargetHealthDescriptions[].Target.Port'
aws elbv2 modify-target-group-attributes --target-group-arn "$tcp" --attributes Key=deregistration_delay.timeout_seconds,Value=0 >/dev/null
aws elbv2 deregister-targets --target-group-arn "$tcp" --targets Id=10.0.0.2,Port=81
aws elbv2 wait target-deregistered --target-group-arn "$tcp" --targets Id=10.0.0.2,Port=81
aws elbv2 modify-listener --listener-arn "$listener" --port 81 >/dev/null
expect 'the listener has its new port' 81 aws elbv2 describe-listeners --load-balancer-arn "$net" --query 'Listeners[0].Port'
aws elbv2 delete-listener --listener-arn "$listener"

app=$(aws elbv2 create-load-balancer --name "$unique-a" --subnets subnet-1 subnet-2 --security-groups sg-1 --tags Key=by,Value=cli \
  --query 'LoadBalancers[0].LoadBalancerArn')
aws elbv2 wait load-balancer-exists --names "$unique-a"
web=$(aws elbv2 create-target-group --name "$unique-a" --protocol HTTP --port 80 --vpc-id vpc-1 --target-type ip \
  --query 'TargetGroups[0].TargetGroupArn')
expect 'modify-target-group' '/health 3' aws elbv2 modify-target-group --target-group-arn "$web" --health-check-path /health \
  --healthy-threshold-count 3 --query 'TargetGroups[0].[HealthCheckPath,HealthyThresholdCount]'
expect 'modify-load-balancer-attributes' 90 aws elbv2 modify-load-balancer-attributes --load-balancer-arn "$app" \
  --attributes Key=idle_timeout.timeout_seconds,Value=90 --query "Attributes[?Key=='idle_timeout.timeout_seconds'].Value"
expect 'set-subnets' 'subnet-2 subnet-3' aws elbv2 set-subnets --load-balancer-arn "$app" --subnets subnet-2 subnet-3 \
  --query 'sort(AvailabilityZones[].SubnetId)'
expect 'set-security-groups' 'sg-2' \
  aws elbv2 set-security-groups --load-balancer-arn "$app" --security-groups sg-2 --query SecurityGroupIds
https=$(aws elbv2 create-listener --load-balancer-arn "$app" --protocol HTTPS --port 443 \
  --certificates CertificateArn=arn:aws:acm:us-east-1:000000000000:certificate/a \
  --default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=404}' --query 'Listeners[0].ListenerArn')
aws elbv2 add-listener-certificates --listener-arn "$https" \
  --certificates CertificateArn=arn:aws:acm:us-east-1:000000000000:certificate/b >/dev/null
expect 'add-listener-certificates' 'True False' \
  aws elbv2 describe-listener-certificates --listener-arn "$https" --query 'Certificates[].IsDefault'
rule=$(aws elbv2 create-rule --listener-arn "$https" --priority 5 --conditions Field=path-pattern,Values='/a/*' \
  --actions Type=forward,TargetGroupArn="$web" --query 'Rules[0].RuleArn')
refused 'create-rule with a priority in use' PriorityInUse aws elbv2 create-rule --listener-arn "$https" --priority 5 \
  --conditions Field=path-pattern,Values=/b --actions Type=forward,TargetGroupArn="$web"
expect 'set-rule-priorities' 7 \
  aws elbv2 set-rule-priorities --rule-priorities "RuleArn=$rule,Priority=7" --query 'Rules[].Priority'
aws elbv2 modify-rule --rule-arn "$rule" --conditions Field=host-header,Values=a.example.com >/dev/null
expect 'modify-rule, describe-rules' '7 host-header' \
  aws elbv2 describe-rules --rule-arns "$rule" --query 'Rules[].[Priority,Conditions[0].Field]'
aws elbv2 add-tags --resource-arns "$rule" --tags Key=team,Value=red
expect 'add-tags, describe-tags' 'cli red' \
  aws elbv2 describe-tags --resource-arns "$app" "$rule" --query 'TagDescriptions[].Tags[0].Value'
refused 'delete-target-group in use' ResourceInUse aws elbv2 delete-target-group --target-group-arn "$web"
aws elbv2 delete-rule --rule-arn "$rule"

for each in "$net" "$app"; do aws elbv2 delete-load-balancer --load-balancer-arn "$each"; done
aws elbv2 wait load-balancers-deleted --load-balancer-arns "$app"
for each in "$tcp" "$web"; do aws elbv2 delete-target-group --target-group-arn "$each"; done
refused 'describe-target-groups of none' TargetGroupNotFound aws elbv2 describe-target-groups --names "$unique-a"
