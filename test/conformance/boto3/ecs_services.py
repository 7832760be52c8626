"""A service's life as boto3 drives it."""

import boto3
from botocore.exceptions import WaiterError
from suite import FAST, SLEEPER, UNIQUE, Suite, run

ecs = boto3.client("ecs")


class Services(Suite):
    @classmethod
    def setUpClass(cls):
        cls.cluster = UNIQUE
        ecs.create_cluster(clusterName=cls.cluster)
        cls.definitions = [
            ecs.register_task_definition(family=f"{UNIQUE}-task", containerDefinitions=[SLEEPER])["taskDefinition"]["taskDefinitionArn"]
            for _ in range(2)
        ]

    @classmethod
    def tearDownClass(cls):
        arns = [arn for page in ecs.get_paginator("list_services").paginate(cluster=cls.cluster) for arn in page["serviceArns"]]
        for arn in arns:
            ecs.delete_service(cluster=cls.cluster, service=arn, force=True)
        if arns:
            ecs.get_waiter("services_inactive").wait(cluster=cls.cluster, services=arns, WaiterConfig=FAST)
        deleted = ecs.delete_cluster(cluster=cls.cluster)["cluster"]
        assert deleted["status"] == "INACTIVE", deleted

    def create(self, name, **more):
        request = {"cluster": self.cluster, "serviceName": name, "taskDefinition": self.definitions[0], "desiredCount": 1}
        return ecs.create_service(**{**request, **more})["service"]

    def stable(self, name):
        ecs.get_waiter("services_stable").wait(cluster=self.cluster, services=[name], WaiterConfig=FAST)
        return ecs.describe_services(cluster=self.cluster, services=[name])["services"][0]

    def test_a_service_from_start_to_end(self):
        made = self.create("whole", tags=[{"key": "by", "value": "boto3"}])
        self.assertEqual((made["status"], made["runningCount"], made["tags"]), ("ACTIVE", 0, [{"key": "by", "value": "boto3"}]))
        self.assertEqual(self.stable("whole")["runningCount"], 1)
        updated = ecs.update_service(cluster=self.cluster, service="whole", taskDefinition=self.definitions[1], desiredCount=2)["service"]
        self.assertEqual([each["status"] for each in updated["deployments"]], ["PRIMARY", "ACTIVE"])
        rolled = self.stable("whole")
        self.assertEqual((rolled["runningCount"], rolled["taskDefinition"]), (2, self.definitions[1]))
        self.assertEqual(len(ecs.list_tasks(cluster=self.cluster, serviceName="whole")["taskArns"]), 2)
        deployments = ecs.list_service_deployments(cluster=self.cluster, service="whole")["serviceDeployments"]
        described = ecs.describe_service_deployments(serviceDeploymentArns=[each["serviceDeploymentArn"] for each in deployments])
        self.assertEqual(len(described["serviceDeployments"]), 2)
        ecs.update_service(cluster=self.cluster, service="whole", desiredCount=0)
        self.stable("whole")
        self.assertEqual(ecs.delete_service(cluster=self.cluster, service="whole")["service"]["status"], "DRAINING")
        ecs.get_waiter("services_inactive").wait(cluster=self.cluster, services=["whole"], WaiterConfig=FAST)
        with self.assertRaises(WaiterError):
            ecs.get_waiter("services_stable").wait(cluster=self.cluster, services=["whole"], WaiterConfig=FAST)

    def test_listing(self):
        names = [f"listed-{index:02}" for index in range(11)]
        for name in names:
            self.create(name, desiredCount=0)
        self.assertEqual(len(ecs.list_services(cluster=self.cluster)["serviceArns"]), 10)
        pages = ecs.get_paginator("list_services").paginate(cluster=self.cluster, PaginationConfig={"PageSize": 4})
        listed = [arn.rsplit("/", 1)[1] for page in pages for arn in page["serviceArns"]]
        self.assertEqual([name for name in listed if name.startswith("listed-")], names)
        for name in names:
            ecs.delete_service(cluster=self.cluster, service=name)

    def test_refusals(self):
        self.create("refused", desiredCount=1)
        here = {"cluster": self.cluster}
        self.assert_refused("ServiceNotFoundException", "Service not found.", ecs.update_service, service="none", desiredCount=1, **here)
        self.assert_refused(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
            ecs.delete_cluster,
            **here,
        )
        self.assert_refused(
            "InvalidParameterException",
            "The service cannot be stopped while it is scaled above 0.",
            ecs.delete_service,
            service="refused",
            **here,
        )
        with self.assertRaisesRegex(ecs.exceptions.InvalidParameterException, "Creation of service was not idempotent."):
            self.create("refused", desiredCount=3)
        failures = ecs.describe_services(services=["none"], **here)["failures"]
        self.assertEqual([failure["reason"] for failure in failures], ["MISSING"])


if __name__ == "__main__":
    run()
