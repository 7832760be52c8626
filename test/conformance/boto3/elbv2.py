"""Load balancing as boto3 drives it: every waiter and paginator of the service, and refusals."""

import boto3
from suite import FAST, SLEEPER, UNIQUE, Driven, Suite, run

ecs = boto3.client("ecs")
elbv2 = boto3.client("elbv2")
driven = Driven(elbv2)
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/"
NOT_FOUND = {"StatusCode": "404"}


def named(items, member):
    return [each[member] for each in items]


class Balancing(Suite):
    @classmethod
    def setUpClass(cls):
        cls.arn = elbv2.create_load_balancer(Name=UNIQUE, Subnets=["subnet-1", "subnet-2"])["LoadBalancers"][0]["LoadBalancerArn"]
        driven.wait("load_balancer_exists", Names=[UNIQUE])
        driven.wait("load_balancer_available", LoadBalancerArns=[cls.arn])
        cls.groups = [cls.group(f"{UNIQUE}-{name}") for name in "ab"]

    @classmethod
    def tearDownClass(cls):
        elbv2.delete_load_balancer(LoadBalancerArn=cls.arn)
        driven.wait("load_balancers_deleted", LoadBalancerArns=[cls.arn])
        for group in cls.groups:
            elbv2.delete_target_group(TargetGroupArn=group)
        assert driven.not_driven() == [], driven.not_driven()

    @staticmethod
    def group(name, **more):
        request = {"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "TargetType": "ip", **more}
        return elbv2.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]

    def listen(self, port, **more):
        request = {"Protocol": "HTTP", "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": NOT_FOUND}], **more}
        listener = elbv2.create_listener(LoadBalancerArn=self.arn, Port=port, **request)["Listeners"][0]["ListenerArn"]
        self.addCleanup(elbv2.delete_listener, ListenerArn=listener)
        return listener

    def all_of(self, operation, member, **request):
        """Every item in pages of one."""
        pages = driven.pages(operation, member, 1, **request)
        self.assertTrue(all(len(page) <= 1 for page in pages), pages)
        return [each for page in pages for each in page]

    def test_listeners_and_rules(self):
        group = self.groups[0]
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        first, second = self.listen(80, DefaultActions=forward), self.listen(81)
        self.assertEqual(sorted(named(self.all_of("describe_listeners", "Listeners", LoadBalancerArn=self.arn), "ListenerArn")), sorted([first, second]))
        condition = [{"Field": "path-pattern", "Values": ["/a/*"]}]
        rule = elbv2.create_rule(ListenerArn=first, Priority=5, Conditions=condition, Actions=forward)["Rules"][0]
        self.assertEqual(rule["Priority"], "5")
        self.assertEqual(named(self.all_of("describe_rules", "Rules", ListenerArn=first), "Priority"), ["5", "default"])
        self.assert_refused("ResourceInUse", None, elbv2.delete_target_group, TargetGroupArn=group)
        other = {"Priority": 5, "Conditions": [{"Field": "path-pattern", "Values": ["/b"]}], "Actions": forward}
        self.assert_refused("PriorityInUse", "Priority '5' is currently in use", elbv2.create_rule, ListenerArn=first, **other)

    def test_target_groups_and_targets(self):
        names = [f"{UNIQUE}-{name}" for name in "ab"]
        self.assertEqual(sorted(named(self.all_of("describe_target_groups", "TargetGroups", Names=names), "TargetGroupName")), names)
        group = self.groups[1]
        elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1", "Port": 8080}])
        [health] = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        self.assertEqual(health["TargetHealth"]["Reason"], "Target.NotInUse")
        elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}])
        elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1", "Port": 8080}])
        driven.wait("target_deregistered", TargetGroupArn=group, Targets=[{"Id": "10.0.0.1", "Port": 8080}])
        self.assert_refused("TargetGroupNotFound", "One or more target groups not found", elbv2.describe_target_groups, Names=["none"])

    def test_a_target_in_service(self):
        here = {"cluster": UNIQUE}
        ecs.create_cluster(clusterName=UNIQUE)
        self.addCleanup(ecs.delete_cluster, **here)
        server = {**SLEEPER, "command": ["httpd", "-f", "-p", "8080"], "portMappings": [{"containerPort": 8080}]}
        ecs.register_task_definition(family=UNIQUE, networkMode="awsvpc", containerDefinitions=[server])
        network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
        [task] = ecs.run_task(taskDefinition=UNIQUE, networkConfiguration=network, **here)["tasks"]
        ecs.get_waiter("tasks_running").wait(tasks=[task["taskArn"]], WaiterConfig=FAST, **here)
        [running] = ecs.describe_tasks(tasks=[task["taskArn"]], **here)["tasks"]
        target = {"Id": running["containers"][0]["networkInterfaces"][0]["privateIpv4Address"], "Port": 8080}
        # busybox has no page to answer with.
        group = self.group(f"{UNIQUE}-s", HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, Matcher={"HttpCode": "200-499"})
        self.groups.append(group)
        self.listen(82, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
        elbv2.register_targets(TargetGroupArn=group, Targets=[target])
        driven.wait("target_in_service", TargetGroupArn=group, Targets=[target])
        ecs.stop_task(task=task["taskArn"], **here)
        ecs.get_waiter("tasks_stopped").wait(tasks=[task["taskArn"]], WaiterConfig=FAST, **here)

    def test_load_balancers(self):
        self.assertIn(self.arn, named(self.all_of("describe_load_balancers", "LoadBalancers"), "LoadBalancerArn"))
        elbv2.add_tags(ResourceArns=[self.arn], Tags=[{"Key": "a", "Value": "b"}])
        self.assertEqual(elbv2.describe_tags(ResourceArns=[self.arn])["TagDescriptions"][0]["Tags"], [{"Key": "a", "Value": "b"}])
        self.assert_refused(
            "DuplicateLoadBalancerName",
            f"A load balancer with the same name '{UNIQUE}' exists, but with different settings",
            elbv2.create_load_balancer,
            Name=UNIQUE,
            Subnets=["subnet-1", "subnet-9"],
        )

    def test_certificates_and_trust_stores(self):
        bundle = {"CaCertificatesBundleS3Bucket": "bucket", "CaCertificatesBundleS3Key": "ca.pem"}
        store = elbv2.create_trust_store(Name=UNIQUE, **bundle)["TrustStores"][0]["TrustStoreArn"]
        self.addCleanup(elbv2.delete_trust_store, TrustStoreArn=store)
        secured = {
            "Protocol": "HTTPS",
            "Certificates": [{"CertificateArn": f"{CERTIFICATE}a"}],
            "MutualAuthentication": {"Mode": "verify", "TrustStoreArn": store},
        }
        listener = self.listen(443, **secured)
        elbv2.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": f"{CERTIFICATE}b"}])
        certificates = self.all_of("describe_listener_certificates", "Certificates", ListenerArn=listener)
        self.assertEqual(sorted((each["CertificateArn"], each["IsDefault"]) for each in certificates), [(f"{CERTIFICATE}a", True), (f"{CERTIFICATE}b", False)])
        self.assertIn(store, named(self.all_of("describe_trust_stores", "TrustStores"), "TrustStoreArn"))
        associated = self.all_of("describe_trust_store_associations", "TrustStoreAssociations", TrustStoreArn=store)
        self.assertEqual(named(associated, "ResourceArn"), [self.arn])
        revoked = [{"S3Bucket": "bucket", "S3Key": key} for key in ("first", "second")]
        elbv2.add_trust_store_revocations(TrustStoreArn=store, RevocationContents=revoked)
        self.assertEqual(len(self.all_of("describe_trust_store_revocations", "TrustStoreRevocations", TrustStoreArn=store)), 2)

    def test_what_an_account_has(self):
        limits = self.all_of("describe_account_limits", "Limits")
        self.assertEqual(limits, elbv2.describe_account_limits()["Limits"])
        policies = self.all_of("describe_ssl_policies", "SslPolicies", LoadBalancerType="application")
        self.assertIn("ELBSecurityPolicy-2016-08", named(policies, "Name"))


if __name__ == "__main__":
    run()
