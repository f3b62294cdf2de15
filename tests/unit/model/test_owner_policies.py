"""
A bucket or a key of another account: its owner adds what the site needs, and no more.
"""

from __future__ import annotations

import json

from closednet.model import handover
from closednet.model.owner_policies import owner_policies
from tests.unit.model.sites import params_with


KEY = "arn:aws:kms:ap-northeast-1:111111111111:key/0c1053d0-0000-4000-8000-000000000001"
ROOT = {"AWS": "arn:aws:iam::222222222222:root"}


def test_what_the_management_account_owns_needs_no_leave() -> None:
    assert {} == owner_policies(params_with())


def test_owners_in_another_account_name_the_nodes_and_the_operator() -> None:
    site = params_with(session__kms_key_arn=KEY, output__bucket_account="333333333333")
    found = owner_policies(site)
    statements = [each for what in found.values() for each in what["Statement"]]

    assert ["bucket", "key"] == list(found)
    assert [ROOT] * 4 == [each["Principal"] for each in statements]
    assert [
        *("closednet-managed-node", "closednet-operator"),
        *("closednet-managed-node", "closednet-operator"),
    ] == [
        each["Condition"]["ArnEquals"]["aws:PrincipalArn"][0].rpartition("/")[2]
        for each in statements
    ]
    actions = [action for each in statements for action in each["Action"]]
    assert not [action for action in actions if "*" in action or "Delete" in action]
    assert {"s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"} <= set(actions)
    files = handover.files(site, ())
    assert found["key"] == json.loads(files["key-policy.json"])
    assert "bucket-policy.json" in files
