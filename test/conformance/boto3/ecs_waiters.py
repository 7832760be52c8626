"""Every waiter and paginator that boto3 has for ECS."""

import boto3
from botocore.exceptions import WaiterError
from suite import SLEEPER, UNIQUE, Driven, Suite, run

ecs = boto3.client("ecs")
cloud_map = boto3.client("servicediscovery")
driven = Driven(ecs)
INSTANCES = {
    "infrastructureRoleArn": "arn:aws:iam::000000000000:role/infrastructure",
    "instanceLaunchTemplate": {
        "ec2InstanceProfileArn": "arn:aws:iam::000000000000:instance-profile/instances",
        "networkConfiguration": {"subnets": ["subnet-0123456789abcdef0"]},
    },
}


def flat(pages):
    return [each for page in pages for each in page]


class Waiting(Suite):
    @classmethod
    def setUpClass(cls):
        cls.here = {"cluster": UNIQUE}
        cls.family = f"{UNIQUE}-task"
        cls.namespace = f"{UNIQUE}-connect"
        ecs.create_cluster(clusterName=UNIQUE)
        operation = cloud_map.get_operation(OperationId=cloud_map.create_http_namespace(Name=cls.namespace)["OperationId"])
        cls.namespace_id = operation["Operation"]["Targets"]["NAMESPACE"]
        for _ in range(2):
            ecs.register_task_definition(family=cls.family, containerDefinitions=[SLEEPER])

    @classmethod
    def tearDownClass(cls):
        cloud_map.delete_namespace(Id=cls.namespace_id)
        deleted = ecs.delete_cluster(**cls.here)["cluster"]
        assert deleted["status"] == "INACTIVE", deleted
        assert driven.not_driven() == [], driven.not_driven()

    def test_tasks(self):
        tasks = [each["taskArn"] for each in ecs.run_task(taskDefinition=self.family, count=2, startedBy=UNIQUE, **self.here)["tasks"]]
        driven.wait("tasks_running", tasks=tasks, **self.here)
        pages = driven.pages("list_tasks", "taskArns", 1, startedBy=UNIQUE, **self.here)
        self.assertEqual(sorted(flat(pages)), sorted(tasks))
        self.assertTrue(all(len(page) <= 1 for page in pages))
        for task in tasks:
            ecs.stop_task(task=task, **self.here)
        driven.wait("tasks_stopped", tasks=tasks, **self.here)
        with self.assertRaises(WaiterError):
            driven.wait("tasks_running", tasks=tasks, **self.here)

    def test_services(self):
        connect = {"enabled": True, "namespace": self.namespace}
        names = ["a", "b"]
        for name in names:
            request = {"serviceName": name, "taskDefinition": self.family, "desiredCount": 1, "serviceConnectConfiguration": connect}
            ecs.create_service(**request, **self.here)
        driven.wait("services_stable", services=names, **self.here)
        arns = flat(driven.pages("list_services", "serviceArns", 1, **self.here))
        self.assertEqual([arn.rsplit("/", 1)[1] for arn in arns], names)
        by_namespace = driven.pages("list_services_by_namespace", "serviceArns", 1, namespace=self.namespace)
        self.assertEqual(sorted(flat(by_namespace)), arns)
        for name in names:
            ecs.delete_service(service=name, force=True, **self.here)
        for name in names:
            driven.wait("services_inactive", services=[name], **self.here)
        with self.assertRaises(WaiterError):
            driven.wait("services_stable", services=names, **self.here)

    def test_definitions_clusters_and_settings(self):
        arns = driven.pages("list_task_definitions", "taskDefinitionArns", 1, familyPrefix=self.family)
        self.assertEqual([[arn.rsplit(":", 1)[1] for arn in page] for page in arns], [["1"], ["2"]])
        families = driven.pages("list_task_definition_families", "families", 1, familyPrefix=UNIQUE)
        self.assertIn(self.family, flat(families))
        self.assertIn(UNIQUE, [arn.rsplit("/", 1)[1] for arn in flat(driven.pages("list_clusters", "clusterArns", 1))])
        settings = driven.pages("list_account_settings", "settings", 3, effectiveSettings=True)
        names = [each["name"] for each in flat(settings)]
        self.assertEqual(([len(page) for page in settings[:-1]], len(set(names))), ([3] * (len(settings) - 1), len(names)))
        self.assertLessEqual({"containerInsights", "taskLongArnFormat"}, set(names))

    def test_container_instances(self):
        instances = flat(driven.pages("list_container_instances", "containerInstanceArns", 1, **self.here))
        self.assertEqual(instances, ecs.list_container_instances(**self.here)["containerInstanceArns"])
        of_instances = {"targetType": "container-instance", **self.here}
        attributes = flat(driven.pages("list_attributes", "attributes", 5, **of_instances))
        self.assertEqual(attributes, ecs.list_attributes(**of_instances)["attributes"])

    def test_daemons(self):
        clusterArn = ecs.describe_clusters(clusters=[UNIQUE])["clusters"][0]["clusterArn"]
        name = f"{UNIQUE}-managed"
        provider = ecs.create_capacity_provider(name=name, managedInstancesProvider=INSTANCES, **self.here)["capacityProvider"]["capacityProviderArn"]
        container = {"name": "agent", "image": "busybox:latest", "command": ["sleep", "600"], "stopTimeout": 2}
        definition = ecs.register_daemon_task_definition(family=name, containerDefinitions=[container], cpu="128", memory="256")["daemonTaskDefinitionArn"]
        driven.wait("daemon_task_definition_active", daemonTaskDefinition=definition)
        made = ecs.create_daemon(daemonName=name, clusterArn=clusterArn, daemonTaskDefinitionArn=definition, capacityProviderArns=[provider])
        driven.wait("daemon_active", daemonArn=made["daemonArn"])
        driven.wait("daemon_deployment_successful", daemonDeploymentArns=[made["deploymentArn"]])
        # The second takes the place of the first, which is not over yet.
        change = {"daemonArn": made["daemonArn"], "daemonTaskDefinitionArn": definition, "capacityProviderArns": [provider]}
        first, second = [ecs.update_daemon(**change)["deploymentArn"] for _ in range(2)]
        driven.wait("daemon_deployment_stopped", daemonDeploymentArns=[first])
        driven.wait("daemon_deployment_successful", daemonDeploymentArns=[second])
        ecs.delete_daemon(daemonArn=made["daemonArn"])
        ecs.delete_daemon_task_definition(daemonTaskDefinition=definition)
        driven.wait("daemon_task_definition_deleted", daemonTaskDefinition=definition)
        ecs.delete_capacity_provider(capacityProvider=provider, **self.here)


if __name__ == "__main__":
    run()
