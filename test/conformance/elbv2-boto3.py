"""Load balancing as boto3 drives it. The endpoint, region and credentials come from the environment. Run by
elbv2-tools.test.ts; by hand: AWS_ENDPOINT_URL=… python3 elbv2-boto3.py UNIQUE-NAME"""

import sys

import boto3
from botocore.exceptions import ClientError

unique = sys.argv[1]
elbv2 = boto3.client("elbv2")
fast = {"Delay": 1, "MaxAttempts": 30}


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("the call was not refused")


balancer = elbv2.create_load_balancer(Name=unique, Subnets=["subnet-1", "subnet-2"])["LoadBalancers"][0]
arn = balancer["LoadBalancerArn"]
elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig=fast)
group = elbv2.create_target_group(Name=unique, Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1", "Port": 8080}])
health = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"][0]
assert health["TargetHealth"]["Reason"] == "Target.NotInUse", health
forward = [{"Type": "forward", "TargetGroupArn": group}]
listener = elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)["Listeners"][0]["ListenerArn"]
condition = [{"Field": "path-pattern", "Values": ["/a/*"]}]
rule = elbv2.create_rule(ListenerArn=listener, Priority=5, Conditions=condition, Actions=forward)["Rules"][0]
assert rule["Priority"] == "5", rule
priorities = [each["Priority"] for page in elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener, PaginationConfig={"PageSize": 1}) for each in page["Rules"]]
assert priorities == ["5", "default"], priorities
assert refusal(elbv2.delete_target_group, TargetGroupArn=group) == "ResourceInUse"
assert refusal(elbv2.describe_target_groups, Names=["none"]) == "TargetGroupNotFound"
assert refusal(elbv2.create_load_balancer, Name=unique, Subnets=["subnet-1", "subnet-9"]) == "DuplicateLoadBalancerName"
elbv2.add_tags(ResourceArns=[arn], Tags=[{"Key": "a", "Value": "b"}])
assert elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == [{"Key": "a", "Value": "b"}]
elbv2.delete_load_balancer(LoadBalancerArn=arn)
elbv2.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[arn], WaiterConfig=fast)
elbv2.delete_target_group(TargetGroupArn=group)
print("ok")
