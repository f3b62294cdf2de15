"""
What may pass an endpoint.
"""

from __future__ import annotations

import json

from dataclasses import replace
from typing import Any

import pytest

from closednet.model.endpoint_policies import (
    PolicyFacts,
    canonical_policy,
    endpoint_policy,
)


KEY = "arn:aws:kms:eu-west-1:222222222222:key/1"
FACTS = PolicyFacts("eu-west-1", "222222222222", "output", KEY)
SERVICES = (
    "ssm",
    "ssmmessages",
    "ec2messages",
    "kms",
    "s3",
    "logs",
    "monitoring",
    "sts",
)


def statements(service: str) -> dict[str, Any]:
    document = json.loads(endpoint_policy(service, FACTS))
    return {item["Sid"]: item for item in document["Statement"]}


@pytest.mark.parametrize("service", SERVICES)
def test_no_policy_lets_everybody_do_everything(service: str) -> None:
    for item in statements(service).values():
        assert "*" not in item["Action"]
        if "*" in item["Resource"] and service != "ssm":
            assert {"aws:PrincipalAccount": "222222222222"} == item["Condition"][
                "StringEquals"
            ]


@pytest.mark.parametrize("service", SERVICES)
def test_every_policy_fits_the_limit(service: str) -> None:
    assert len(endpoint_policy(service, FACTS)) <= 20480


def test_nodes_without_a_principal_may_register() -> None:
    anonymous = statements("ssm")["NodesWithoutPrincipal"]

    assert "ssm:RegisterManagedInstance" in anonymous["Action"]
    assert "Condition" not in anonymous


def test_downloads_from_aws_need_no_principal() -> None:
    downloads = statements("s3")["DownloadsFromAws"]

    assert ["s3:GetObject"] == downloads["Action"]
    assert "arn:aws:s3:::amazon-ssm-eu-west-1/*" in downloads["Resource"]
    assert "arn:aws:s3:::eu-west-1-birdwatcher-prod/*" in downloads["Resource"]
    assert "Condition" not in downloads


def test_only_the_session_key_is_used() -> None:
    assert [KEY] == statements("kms")["SessionKey"]["Resource"]


def test_evidence_passes_where_it_is_signed_and_laid_down() -> None:
    facts = replace(FACTS, signing_key_arn=f"{KEY}2", deposit_bucket="kept")
    kms, s3 = (
        {item["Sid"]: item for item in json.loads(policy)["Statement"]}
        for policy in (endpoint_policy("kms", facts), endpoint_policy("s3", facts))
    )

    assert [f"{KEY}2"] == kms["EvidenceKey"]["Resource"]
    assert ["kms:GetPublicKey", "kms:Sign"] == kms["EvidenceKey"]["Action"]
    assert ["arn:aws:s3:::kept", "arn:aws:s3:::kept/*"] == s3["EvidenceBucket"][
        "Resource"
    ]
    assert "EvidenceKey" not in statements("kms")
    assert "EvidenceBucket" not in statements("s3")


def test_what_aws_returns_in_another_order_is_the_same_policy() -> None:
    one = '{"Version":"1","Statement":[{"Action":["b","a"],"Resource":"*"}]}'
    other = '{"Statement": [{"Resource": ["*"], "Action": ["a", "b"]}], "Version": "1"}'

    assert canonical_policy(one) == canonical_policy(other)
    assert "no policy" == canonical_policy("no policy")
