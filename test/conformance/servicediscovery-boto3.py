"""Cloud Map and Application Auto Scaling as boto3 drives them: paginators and modelled
exceptions. The endpoint, region and credentials come from the environment. Run by
servicediscovery-boto3.test.ts; by hand: AWS_ENDPOINT_URL=… python3 servicediscovery-boto3.py UNIQUE-NAME"""

import sys
import unittest

import boto3
from botocore.config import Config

UNIQUE = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "boto3"
FLEET = {
    "ServiceNamespace": "ec2",
    "ResourceId": f"spot-fleet-request/{UNIQUE}",
    "ScalableDimension": "ec2:spot-fleet-request:TargetCapacity",
}

# DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
cloud_map = boto3.client("servicediscovery", config=Config(inject_host_prefix=False))
scaling = boto3.client("application-autoscaling")


class CloudMap(unittest.TestCase):
    def ended(self, answer):
        operation = cloud_map.get_operation(OperationId=answer["OperationId"])["Operation"]
        self.assertEqual(operation["Status"], "SUCCESS", operation)
        return operation

    def test_from_namespace_to_instance(self):
        created = cloud_map.create_private_dns_namespace(Name=f"{UNIQUE}.local", Vpc="vpc-1", Tags=[{"Key": "by", "Value": "boto3"}])
        namespace_id = self.ended(created)["Targets"]["NAMESPACE"]
        namespace = cloud_map.get_namespace(Id=namespace_id)["Namespace"]
        self.assertEqual((namespace["Type"], namespace["Properties"]["DnsProperties"]["SOA"]["TTL"]), ("DNS_PRIVATE", 15))
        self.assertEqual(cloud_map.list_tags_for_resource(ResourceARN=namespace["Arn"])["Tags"], [{"Key": "by", "Value": "boto3"}])

        service = cloud_map.create_service(
            Name="web",
            NamespaceId=namespace_id,
            DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 10}]},
            HealthCheckCustomConfig={"FailureThreshold": 1},
        )["Service"]
        with self.assertRaises(cloud_map.exceptions.ResourceInUse):
            cloud_map.delete_namespace(Id=namespace_id)
        for number in (1, 2, 3):
            attributes = {"AWS_INSTANCE_IPV4": f"10.0.0.{number}", "AWS_INIT_HEALTH_STATUS": "HEALTHY"}
            self.ended(cloud_map.register_instance(ServiceId=service["Arn"], InstanceId=f"task-{number}", Attributes=attributes))

        pages = cloud_map.get_paginator("list_instances").paginate(ServiceId=service["Id"], PaginationConfig={"PageSize": 2})
        self.assertEqual([[each["Id"] for each in page["Instances"]] for page in pages], [["task-1", "task-2"], ["task-3"]])
        cloud_map.update_instance_custom_health_status(ServiceId=service["Id"], InstanceId="task-2", Status="UNHEALTHY")
        place = {"NamespaceName": f"{UNIQUE}.local", "ServiceName": "web"}
        found = cloud_map.discover_instances(**place, HealthStatus="HEALTHY")["Instances"]
        self.assertEqual(sorted(each["InstanceId"] for each in found), ["task-1", "task-3"])
        revision = cloud_map.discover_instances_revision(**place)["InstancesRevision"]
        for number in (1, 2, 3):
            self.ended(cloud_map.deregister_instance(ServiceId=service["Id"], InstanceId=f"task-{number}"))
        self.assertGreater(cloud_map.discover_instances_revision(**place)["InstancesRevision"], revision)
        with self.assertRaises(cloud_map.exceptions.InstanceNotFound):
            cloud_map.get_instance(ServiceId=service["Id"], InstanceId="task-1")
        cloud_map.delete_service(Id=service["Id"])
        self.ended(cloud_map.delete_namespace(Id=namespace_id))
        with self.assertRaises(cloud_map.exceptions.NamespaceNotFound):
            cloud_map.get_namespace(Id=namespace_id)

    def test_refusals(self):
        with self.assertRaises(cloud_map.exceptions.InvalidInput) as refused:
            cloud_map.create_public_dns_namespace(Name="single")
        self.assertIn("at 'name' failed to satisfy constraint", str(refused.exception))
        with self.assertRaises(cloud_map.exceptions.NamespaceNotFound):
            cloud_map.create_service(Name="web", NamespaceId="ns-none")


class Scaling(unittest.TestCase):
    def test_from_target_to_schedule(self):
        arn = scaling.register_scalable_target(**FLEET, MinCapacity=1, MaxCapacity=3, Tags={"by": "boto3"})["ScalableTargetARN"]
        self.assertEqual(scaling.list_tags_for_resource(ResourceARN=arn)["Tags"], {"by": "boto3"})
        steps = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]}
        scaling.put_scaling_policy(**FLEET, PolicyName="out", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps)
        described = scaling.get_paginator("describe_scaling_policies").paginate(ServiceNamespace="ec2", ResourceId=FLEET["ResourceId"])
        self.assertEqual([policy["PolicyName"] for page in described for policy in page["ScalingPolicies"]], ["out"])
        action = {"MinCapacity": 0, "MaxCapacity": 1}
        scaling.put_scheduled_action(**FLEET, ScheduledActionName="night", Schedule="cron(0 22 * * ? *)", ScalableTargetAction=action)
        [night] = scaling.describe_scheduled_actions(ServiceNamespace="ec2", ResourceId=FLEET["ResourceId"])["ScheduledActions"]
        self.assertEqual((night["ScalableTargetAction"], night["Schedule"]), (action, "cron(0 22 * * ? *)"))
        self.assertEqual(scaling.describe_scaling_activities(ServiceNamespace="ec2", ResourceId=FLEET["ResourceId"])["ScalingActivities"], [])
        with self.assertRaises(scaling.exceptions.ValidationException):
            scaling.put_scheduled_action(**FLEET, ScheduledActionName="bad", Schedule="rate(1 week)", ScalableTargetAction=action)
        scaling.deregister_scalable_target(**FLEET)
        with self.assertRaises(scaling.exceptions.ObjectNotFoundException) as refused:
            scaling.deregister_scalable_target(**FLEET)
        self.assertIn("No scalable target found for service namespace: ec2", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
