#!/usr/bin/env bash
# Cloud Map and Application Auto Scaling as the AWS CLI drives them. (discover-instances is left to boto3: the CLI puts
# `data-` before the endpoint's host, which is then no name of this machine.)
source "$(dirname "$0")/expect.sh"

status() { aws servicediscovery get-operation --operation-id "$1" --query Operation.Status; }
ended() {
  for _ in {1..50}; do case $(status "$1") in SUBMITTED | PENDING) sleep 0.2 ;; *) break ;; esac done
  aws servicediscovery get-operation --operation-id "$1" --query "Operation.[Status,Targets.${2:-NAMESPACE}]"
}
id_in() { ended "$@" | cut -f 2; }

namespace=$(id_in "$(aws servicediscovery create-private-dns-namespace --name "$unique.local" --vpc vpc-1 --query OperationId)")
expect 'get-namespace' "$unique.local DNS_PRIVATE" \
  aws servicediscovery get-namespace --id "$namespace" --query 'Namespace.[Name,Type]'
expect 'list-namespaces' "$namespace" aws servicediscovery list-namespaces --query "Namespaces[?Name=='$unique.local'].Id"
service=$(aws servicediscovery create-service --name web --namespace-id "$namespace" \
  --dns-config 'DnsRecords=[{Type=A,TTL=10}]' --query Service.Id)
registered=$(aws servicediscovery register-instance --service-id "$service" --instance-id one \
  --attributes AWS_INSTANCE_IPV4=10.0.0.1 --query OperationId)
expect 'register-instance' 'SUCCESS one' ended "$registered" INSTANCE
expect 'list-instances' 10.0.0.1 \
  aws servicediscovery list-instances --service-id "$service" --query 'Instances[].Attributes.AWS_INSTANCE_IPV4'
refused 'delete-service with an instance' ResourceInUse aws servicediscovery delete-service --id "$service"
aws servicediscovery deregister-instance --service-id "$service" --instance-id one >/dev/null
aws servicediscovery delete-service --id "$service"
deleted=$(aws servicediscovery delete-namespace --id "$namespace" --query OperationId)
expect 'delete-namespace' "SUCCESS $namespace" ended "$deleted"

fleet=(--service-namespace ec2 --scalable-dimension ec2:spot-fleet-request:TargetCapacity --resource-id "spot-fleet-request/$unique")
of=(--service-namespace ec2 --resource-id "spot-fleet-request/$unique")
aws application-autoscaling register-scalable-target "${fleet[@]}" --min-capacity 1 --max-capacity 4 >/dev/null
expect 'describe-scalable-targets' '1 4' aws application-autoscaling describe-scalable-targets --service-namespace ec2 \
  --resource-ids "spot-fleet-request/$unique" --query 'ScalableTargets[].[MinCapacity,MaxCapacity]'
aws application-autoscaling put-scaling-policy "${fleet[@]}" --policy-name out --policy-type StepScaling \
  --step-scaling-policy-configuration 'AdjustmentType=ChangeInCapacity,StepAdjustments=[{MetricIntervalLowerBound=0,ScalingAdjustment=1}]' >/dev/null
expect 'describe-scaling-policies' out aws application-autoscaling describe-scaling-policies "${of[@]}" --query 'ScalingPolicies[].PolicyName'
aws application-autoscaling put-scheduled-action "${fleet[@]}" --scheduled-action-name night --schedule 'cron(0 22 * * ? *)' \
  --scalable-target-action MinCapacity=0,MaxCapacity=1
expect 'describe-scheduled-actions' night \
  aws application-autoscaling describe-scheduled-actions "${of[@]}" --query 'ScheduledActions[].ScheduledActionName'
aws application-autoscaling deregister-scalable-target "${fleet[@]}"
refused 'deregister-scalable-target of none' ObjectNotFoundException aws application-autoscaling deregister-scalable-target "${fleet[@]}"
