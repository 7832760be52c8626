"""Cloud Map and Application Auto Scaling as boto3 drives them: every paginator, and modelled exceptions."""

import time

import boto3
from botocore.config import Config
from suite import UNIQUE, Driven, Suite, run

FLEET = {
    "ServiceNamespace": "ec2",
    "ResourceId": f"spot-fleet-request/{UNIQUE}",
    "ScalableDimension": "ec2:spot-fleet-request:TargetCapacity",
}

# DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
cloud_map = boto3.client("servicediscovery", config=Config(inject_host_prefix=False))
mapped = Driven(cloud_map)
scaling = boto3.client("application-autoscaling")
scaled = Driven(scaling)


class CloudMap(Suite):
    def ended(self, answer):
        for _ in range(100):
            operation = cloud_map.get_operation(OperationId=answer["OperationId"])["Operation"]
            if operation["Status"] not in ("SUBMITTED", "PENDING"):
                break
            time.sleep(0.1)
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

        pages = mapped.pages("list_instances", "Instances", 2, ServiceId=service["Id"])
        self.assertEqual([[each["Id"] for each in page] for page in pages], [["task-1", "task-2"], ["task-3"]])
        own = {"Filters": [{"Name": "NAMESPACE_ID", "Values": [namespace_id]}]}
        self.assertEqual([[each["Id"] for each in page] for page in mapped.pages("list_services", "Services", 1, **own)], [[service["Id"]]])
        namespaces = mapped.pages("list_namespaces", "Namespaces", 1)
        self.assertTrue(all(len(page) <= 1 for page in namespaces))
        self.assertIn(namespace_id, [each["Id"] for page in namespaces for each in page])
        operations = mapped.pages("list_operations", "Operations", 2, **own)
        self.assertIn(created["OperationId"], [each["Id"] for page in operations for each in page])
        self.assertEqual(mapped.not_driven(), [])
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


class Scaling(Suite):
    def test_from_target_to_schedule(self):
        arn = scaling.register_scalable_target(**FLEET, MinCapacity=1, MaxCapacity=3, Tags={"by": "boto3"})["ScalableTargetARN"]
        self.assertEqual(scaling.list_tags_for_resource(ResourceARN=arn)["Tags"], {"by": "boto3"})
        steps = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]}
        scaling.put_scaling_policy(**FLEET, PolicyName="out", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps)
        scaling.put_scaling_policy(**FLEET, PolicyName="in", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps)
        fleet = {"ServiceNamespace": "ec2", "ResourceId": FLEET["ResourceId"]}
        policies = scaled.pages("describe_scaling_policies", "ScalingPolicies", 1, **fleet)
        self.assertEqual(sorted(policy["PolicyName"] for [policy] in policies), ["in", "out"])
        targets = scaled.pages("describe_scalable_targets", "ScalableTargets", 1, ServiceNamespace="ec2")
        self.assertIn(FLEET["ResourceId"], [target["ResourceId"] for [target] in targets])
        action = {"MinCapacity": 0, "MaxCapacity": 1}
        scaling.put_scheduled_action(**FLEET, ScheduledActionName="night", Schedule="cron(0 22 * * ? *)", ScalableTargetAction=action)
        [[night]] = scaled.pages("describe_scheduled_actions", "ScheduledActions", 1, **fleet)
        self.assertEqual((night["ScalableTargetAction"], night["Schedule"]), (action, "cron(0 22 * * ? *)"))
        self.assertEqual(scaled.pages("describe_scaling_activities", "ScalingActivities", 1, **fleet), [[]])
        self.assertEqual(scaled.not_driven(), [])
        with self.assertRaises(scaling.exceptions.ValidationException):
            scaling.put_scheduled_action(**FLEET, ScheduledActionName="bad", Schedule="rate(1 week)", ScalableTargetAction=action)
        scaling.deregister_scalable_target(**FLEET)
        with self.assertRaises(scaling.exceptions.ObjectNotFoundException) as refused:
            scaling.deregister_scalable_target(**FLEET)
        self.assertIn("No scalable target found for service namespace: ec2", str(refused.exception))


if __name__ == "__main__":
    run()
