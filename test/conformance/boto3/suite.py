"""What the scripts beside this one share. The endpoint, region and credentials come from the environment. They are run by
boto3.test.ts; by hand: AWS_ENDPOINT_URL=… python3 SCRIPT.py UNIQUE-NAME"""

import sys
import unittest

from botocore.exceptions import ClientError

# What every name begins with: others may use the endpoint too.
UNIQUE = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "boto3"
# Waiters of boto3 ask every 15 seconds, or 6.
FAST = {"Delay": 1, "MaxAttempts": 120}
SLEEPER = {"name": "app", "image": "busybox:latest", "command": ["sleep", "600"], "memory": 32, "stopTimeout": 2}


class Suite(unittest.TestCase):
    def assert_refused(self, code, message, call, **request):
        """The exception of a call that is to be refused with this code and, unless it is None, this message."""
        with self.assertRaises(ClientError) as caught:
            call(**request)
        answer = caught.exception.response
        self.assertEqual(answer["Error"]["Code"], code)
        if message is not None:
            self.assertEqual(answer["Error"]["Message"], message)
        self.assertGreaterEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertTrue(answer["ResponseMetadata"]["RequestId"])
        return caught.exception


class Driven:
    """A client whose waiters and paginators are noted as they are driven."""

    def __init__(self, client):
        self.client = client
        self.waited = set()
        self.paged = set()

    def wait(self, waiter, **request):
        self.waited.add(waiter)
        self.client.get_waiter(waiter).wait(WaiterConfig=FAST, **request)

    def pages(self, operation, member, size=None, **request):
        """The items of each page, at most `size` a page."""
        self.paged.add(operation)
        config = {} if size is None else {"PageSize": size}
        return [page[member] for page in self.client.get_paginator(operation).paginate(PaginationConfig=config, **request)]

    def not_driven(self):
        """The waiters and paginators that boto3 has for the service and nobody drove."""
        paginators = {name for name in self.client.meta.method_to_api_mapping if self.client.can_paginate(name)}
        return sorted(set(self.client.waiter_names) - self.waited) + sorted(paginators - self.paged)


def run():
    unittest.main(module="__main__", verbosity=2)
