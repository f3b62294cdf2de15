"""
Troubles with AWS's resources and limits.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import yaml

from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import (
    KMS_KEY_ID,
    MANAGEMENT_ACCOUNT,
    OUTPUT_BUCKET,
    PACE,
    REGION,
)
from closednet_rehearsal.ssm import amazon_documents
from closednet_rehearsal.throttling import WORDS, Throttle
from closednet_rehearsal.trouble import machines
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.calls import Asked
    from closednet_rehearsal.trouble.trouble import Scene, Undo

    Strike = Callable[[Scene], Undo | None]

VERIFYING: Final = "cloudwatch-verification"
GROUP: Final = "messages"
UPDATES: Final = "AWS-UpdateSSMAgent"


class Exhausted(Throttle):
    """
    Buckets that somebody else empties as fast as they fill, of one service.
    """

    def check(self, asked: Asked, account: str) -> None:
        if asked.service == "route53resolver":
            words = WORDS[asked.service]
            raise Refusal(words.code, words.message, words.status)
        super().check(asked, account)


def _throttled(scene: Scene) -> Undo:
    world = scene.world
    before = world.throttle
    world.throttle = Exhausted(world.clock, PACE)
    return partial(setattr, world, "throttle", before)


def _quota(name: str, value: int) -> Strike:
    def strike(scene: Scene) -> Undo:
        world = scene.world
        before = world.quotas
        world.quotas = replace(before, **{name: value})
        return partial(setattr, world, "quotas", before)

    return strike


def _other_vpc(scene: Scene) -> Undo:
    path = scene.work_dir / "params.yaml"
    params = yaml.safe_load(path.read_text("utf-8"))
    params["network"]["vpc_id"] = "vpc-0fffffffffffffff0"
    return machines.file(path, yaml.safe_dump(params, sort_keys=False))


def _key(state: str, *, enabled: bool) -> Strike:
    def strike(_: Scene) -> Undo:
        key = kms_backends[MANAGEMENT_ACCOUNT][REGION].keys[KMS_KEY_ID]
        before = key.enabled, key.key_state
        key.enabled, key.key_state = enabled, state

        def undo() -> None:
            key.enabled, key.key_state = before

        return undo

    return strike


def _no_bucket(_: Scene) -> Undo:
    buckets = s3_backends[MANAGEMENT_ACCOUNT]["aws"].buckets
    owners = s3_backends.bucket_accounts
    held, owner = buckets.pop(OUTPUT_BUCKET), owners.pop(OUTPUT_BUCKET)

    def undo() -> None:
        buckets[OUTPUT_BUCKET], owners[OUTPUT_BUCKET] = held, owner

    return undo


def _no_document(_: Scene) -> Undo:
    documents = amazon_documents.amazon_documents()
    held = documents.pop(UPDATES)
    return partial(documents.__setitem__, UPDATES, held)


def _groups() -> Any:
    return logs_backends[MANAGEMENT_ACCOUNT][REGION].groups


def _group_lost(_: Scene) -> Undo | None:
    held = _groups().pop(GROUP, None)
    if held is None:
        return None
    return partial(_groups().__setitem__, GROUP, held)


TROUBLES: Final = (
    Trouble(
        "resolver-api-throttled",
        "Somebody else uses up the account's rate of Resolver calls, without end.",
        "inbound-endpoint",
        "api-throttled",
        _throttled,
    ),
    Trouble(
        "endpoints-at-quota",
        "The VPC may have three interface endpoints, and no more.",
        "preflight",
        "quota-of-endpoints",
        _quota("interface_endpoints_per_vpc", 3),
    ),
    Trouble(
        "resolver-endpoints-at-quota",
        "The Region may have no further Resolver endpoint.",
        "inbound-endpoint",
        "quota-of-resolver-endpoints",
        _quota("resolver_endpoints_per_region", 0),
    ),
    Trouble(
        "hosted-zones-at-quota",
        "The account may have no further hosted zone.",
        "hosted-zone",
        "quota-of-hosted-zones",
        _quota("hosted_zones", 0),
    ),
    Trouble(
        "roles-at-quota",
        "The account may have no further role.",
        "activation",
        "quota-of-roles",
        _quota("roles", 1),
    ),
    Trouble(
        "vpc-mistyped",
        "The parameters name a VPC that is not in this account and Region.",
        "preflight",
        "vpc-not-there",
        _other_vpc,
    ),
    Trouble(
        "session-key-disabled",
        "Somebody disabled the key that encrypts sessions.",
        "preflight",
        "session-key-disabled",
        _key("Disabled", enabled=False),
    ),
    Trouble(
        "session-key-being-deleted",
        "The key that encrypts sessions is about to be deleted.",
        "preflight",
        "session-key-being-deleted",
        _key("PendingDeletion", enabled=False),
    ),
    Trouble(
        "output-bucket-missing",
        "Nobody made the bucket for command output.",
        "preflight",
        "bucket-missing",
        _no_bucket,
    ),
    Trouble(
        "update-document-missing",
        "The Region does not have AWS's document that updates agents.",
        "iam-attach",
        "document-not-there",
        _no_document,
    ),
    Trouble(
        "log-group-deleted",
        "Somebody deletes the log group after the agents were configured.",
        VERIFYING,
        "log-group-missing",
        _group_lost,
    ),
)
