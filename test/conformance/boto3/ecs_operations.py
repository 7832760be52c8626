"""Every ECS operation on clusters, task definitions and tasks, as boto3 drives it."""

import boto3
from botocore.exceptions import WaiterError
from suite import FAST, SLEEPER, UNIQUE, Suite, run

MISSING = "f" * 32

ecs = boto3.client("ecs")


class EcsOperations(Suite):
    @classmethod
    def setUpClass(cls):
        cls.cluster = UNIQUE
        cls.family = f"{UNIQUE}-task"
        cls.created = ecs.create_cluster(clusterName=cls.cluster, tags=[{"key": "by", "value": "boto3"}])["cluster"]
        cls.definition = ecs.register_task_definition(
            family=cls.family, containerDefinitions=[SLEEPER], tags=[{"key": "tier", "value": "web"}]
        )["taskDefinition"]

    @classmethod
    def tearDownClass(cls):
        running = [arn for page in ecs.get_paginator("list_tasks").paginate(cluster=cls.cluster) for arn in page["taskArns"]]
        for arn in running:
            ecs.stop_task(cluster=cls.cluster, task=arn)
        if running:
            ecs.get_waiter("tasks_stopped").wait(cluster=cls.cluster, tasks=running, WaiterConfig=FAST)
        deleted = ecs.delete_cluster(cluster=cls.cluster)["cluster"]
        assert deleted["status"] == "INACTIVE", deleted

    def run_task(self, **more):
        answer = ecs.run_task(**{"cluster": self.cluster, "taskDefinition": self.family, **more})
        self.assertEqual(answer["failures"], [])
        return [task["taskArn"] for task in answer["tasks"]]

    def task(self, arn, **more):
        return ecs.describe_tasks(cluster=self.cluster, tasks=[arn], **more)["tasks"][0]

    def test_clusters(self):
        self.assertEqual(self.created["status"], "ACTIVE")
        self.assertEqual(ecs.create_cluster(clusterName=self.cluster)["cluster"]["clusterArn"], self.created["clusterArn"])
        answer = ecs.describe_clusters(clusters=[self.cluster, f"{UNIQUE}-none"], include=["TAGS"])
        self.assertEqual([cluster["clusterArn"] for cluster in answer["clusters"]], [self.created["clusterArn"]])
        self.assertEqual(answer["clusters"][0]["tags"], [{"key": "by", "value": "boto3"}])
        self.assertEqual([failure["reason"] for failure in answer["failures"]], ["MISSING"])
        listed = [arn for page in ecs.get_paginator("list_clusters").paginate() for arn in page["clusterArns"]]
        self.assertIn(self.created["clusterArn"], listed)
        self.assert_refused("ClusterNotFoundException", "Cluster not found.", ecs.delete_cluster, cluster=f"{UNIQUE}-none")
        arn = self.run_task()[0]
        self.assert_refused(
            "ClusterContainsTasksException",
            "The Cluster cannot be deleted while Tasks are active.",
            ecs.delete_cluster,
            cluster=self.cluster,
        )
        ecs.stop_task(cluster=self.cluster, task=arn)

    def test_task_definitions(self):
        family = f"{UNIQUE}-revisions"
        arns = [
            ecs.register_task_definition(family=family, containerDefinitions=[SLEEPER])["taskDefinition"]["taskDefinitionArn"]
            for _ in range(3)
        ]
        self.assertEqual([arn.rsplit(":", 1)[1] for arn in arns], ["1", "2", "3"])
        described = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
        self.assertEqual(described["taskDefinition"]["taskDefinitionArn"], arns[2])
        self.assertEqual(described["taskDefinition"]["status"], "ACTIVE")
        self.assertEqual(described["tags"], [])
        pages = ecs.get_paginator("list_task_definitions").paginate(familyPrefix=family, PaginationConfig={"PageSize": 2})
        self.assertEqual([arn for page in pages for arn in page["taskDefinitionArns"]], arns)
        families = ecs.get_paginator("list_task_definition_families").paginate(familyPrefix=UNIQUE, status="ACTIVE")
        self.assertIn(family, [name for page in families for name in page["families"]])
        ended = ecs.deregister_task_definition(taskDefinition=arns[2])["taskDefinition"]
        self.assertEqual(ended["status"], "INACTIVE")
        self.assertIn("deregisteredAt", ended)
        newest = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
        self.assertEqual(newest["taskDefinitionArn"], arns[1])
        self.assert_refused(
            "InvalidParameterException", "TaskDefinition is inactive", ecs.run_task, cluster=self.cluster, taskDefinition=arns[2]
        )
        self.assert_refused(
            "ClientException", "Unable to describe task definition.", ecs.describe_task_definition, taskDefinition=f"{UNIQUE}-none"
        )

    def test_a_task_from_start_to_end(self):
        arn = self.run_task(startedBy=f"{UNIQUE}-whole", tags=[{"key": "team", "value": "red"}])[0]
        ecs.get_waiter("tasks_running").wait(cluster=self.cluster, tasks=[arn], WaiterConfig=FAST)
        running = self.task(arn, include=["TAGS"])
        self.assertEqual(running["lastStatus"], "RUNNING")
        self.assertEqual(running["containers"][0]["lastStatus"], "RUNNING")
        self.assertEqual(running["tags"], [{"key": "team", "value": "red"}])
        self.assertLessEqual(running["createdAt"], running["startedAt"])
        self.assertEqual(ecs.list_tasks(cluster=self.cluster, startedBy=f"{UNIQUE}-whole")["taskArns"], [arn])
        stopping = ecs.stop_task(cluster=self.cluster, task=arn, reason="seen enough")["task"]
        self.assertEqual((stopping["desiredStatus"], stopping["lastStatus"]), ("STOPPED", "RUNNING"))
        ecs.get_waiter("tasks_stopped").wait(cluster=self.cluster, tasks=[arn], WaiterConfig=FAST)
        stopped = self.task(arn)
        self.assertEqual(stopped["stoppedReason"], "seen enough")
        self.assertEqual(stopped["stopCode"], "UserInitiated")
        self.assertLessEqual(stopped["stoppingAt"], stopped["stoppedAt"])

    def test_overrides_and_exit_codes(self):
        override = {"name": "app", "command": ["sh", "-c", "exit $CODE"], "environment": [{"name": "CODE", "value": "3"}]}
        arn = self.run_task(overrides={"containerOverrides": [override]})[0]
        ecs.get_waiter("tasks_stopped").wait(cluster=self.cluster, tasks=[arn], WaiterConfig=FAST)
        stopped = self.task(arn)
        self.assertEqual(stopped["stopCode"], "EssentialContainerExited")
        self.assertEqual(stopped["containers"][0]["exitCode"], 3)
        self.assertEqual(stopped["overrides"]["containerOverrides"], [override])
        with self.assertRaises(WaiterError):
            ecs.get_waiter("tasks_running").wait(cluster=self.cluster, tasks=[arn], WaiterConfig=FAST)

    def test_idempotency(self):
        request = {"clientToken": f"{UNIQUE}-token", "count": 2}
        first = self.run_task(**request)
        self.assertEqual(sorted(self.run_task(**request)), sorted(first))
        with self.assertRaises(ecs.exceptions.ConflictException) as caught:
            self.run_task(**{**request, "count": 1})
        self.assertEqual(sorted(caught.exception.response["resourceIds"]), sorted(first))

    def test_pages_of_tasks(self):
        wanted = self.run_task(count=5, startedBy=f"{UNIQUE}-pages")
        paginator = ecs.get_paginator("list_tasks")
        pages = list(paginator.paginate(cluster=self.cluster, startedBy=f"{UNIQUE}-pages", PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["taskArns"]) for page in pages], [2, 2, 1])
        self.assertEqual(sorted(arn for page in pages for arn in page["taskArns"]), sorted(wanted))

    def test_refusals(self):
        invalid = "InvalidParameterException"
        here = {"cluster": self.cluster}
        self.assert_refused("ClusterNotFoundException", "Cluster not found.", ecs.list_tasks, cluster=f"{UNIQUE}-none")
        self.assert_refused(
            "ClientException", "TaskDefinition not found.", ecs.run_task, taskDefinition=f"{UNIQUE}-none", **here
        )
        self.assert_refused(invalid, "Tasks cannot be empty.", ecs.describe_tasks, tasks=[], **here)
        self.assert_refused(invalid, "The referenced task was not found.", ecs.stop_task, task=MISSING, **here)
        self.assert_refused(invalid, "taskId length should be one of [32,36]", ecs.stop_task, task="None", **here)
        failures = ecs.describe_tasks(tasks=[MISSING], **here)["failures"]
        self.assertEqual([failure["reason"] for failure in failures], ["MISSING"])


if __name__ == "__main__":
    run()
