"""
Everything that exists in both accounts, for comparing before with after.

Left out is what AWS never forgets or changes by itself: log events, metrics,
times of last use.
"""

from __future__ import annotations

import json

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final

from moto.cloudwatch.models import cloudwatch_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.route53.models import route53_backends
from moto.route53resolver.models import route53resolver_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from closednet_rehearsal import snapshot_network
from closednet_rehearsal.iam import policy_document
from closednet_rehearsal.records import shown_record
from closednet_rehearsal.settings import ACCOUNTS, REGION


Kind = Callable[[str], Iterator[tuple[str, Any]]]


def snapshot(systems_manager: dict[str, Any]) -> dict[str, Any]:
    """
    Return account -> kind -> id -> what it is, and Systems Manager's own view.
    """
    accounts: dict[str, Any] = {
        account: {name: dict(sorted(kind(account))) for name, kind in _KINDS.items()}
        for account in ACCOUNTS
    }
    return {"accounts": accounts, "systems_manager": systems_manager}


def _resolver(account: str) -> Iterator[tuple[str, Any]]:
    backend = route53resolver_backends[account][REGION]
    for endpoint in backend.resolver_endpoints.values():
        yield (
            endpoint.id,
            {
                "name": endpoint.name,
                "direction": endpoint.direction,
                "vpc": endpoint.host_vpc_id,
                "status": endpoint.status,
                "security_groups": sorted(endpoint.security_group_ids),
                "addresses": sorted(each["Ip"] for each in endpoint.ip_descriptions()),
                "tags": _tags(backend.tagger.list_tags_for_resource(endpoint.arn)),
            },
        )


def _zones(account: str) -> Iterator[tuple[str, Any]]:
    backend = route53_backends[account]["aws"]
    for zone in backend.zones.values():
        yield (
            zone.resource_id,
            {
                "name": zone.name,
                "private": zone.private_zone,
                "comment": zone.comment,
                "vpcs": sorted(vpc["vpc_id"] for vpc in zone.vpcs),
                "records": sorted(_record(record) for record in zone.rrsets),
                "tags": dict(backend.resource_tags.get(zone.resource_id, {})),
            },
        )


def _record(record: Any) -> str:
    shown = shown_record(record)
    return f"{shown.name} {shown.type} {shown.alias_target or shown.records}"


def _roles(account: str) -> Iterator[tuple[str, Any]]:
    for role in iam_backends[account]["aws"].roles.values():
        yield (
            role.name,
            {
                "trust": json.loads(role.assume_role_policy_document),
                "attached": sorted(role.managed_policies),
                "inline": {key: role.policies[key] for key in sorted(role.policies)},
                "tags": role.tags,
            },
        )


def _users(account: str) -> Iterator[tuple[str, Any]]:
    for user in iam_backends[account]["aws"].users.values():
        yield (
            user.name,
            {
                "keys": sorted(key.access_key_id for key in user.access_keys),
                "attached": sorted(user.managed_policies),
                "inline": {key: user.policies[key] for key in sorted(user.policies)},
            },
        )


def _policies(account: str) -> Iterator[tuple[str, Any]]:
    for policy in iam_backends[account]["aws"].managed_policies.values():
        if f"::{account}:" in policy.arn:
            yield policy.arn, policy_document(policy)


def _log_groups(account: str) -> Iterator[tuple[str, Any]]:
    for group in logs_backends[account][REGION].groups.values():
        yield group.name, {"retention_days": group.retention_in_days}


def _keys(account: str) -> Iterator[tuple[str, Any]]:
    for key in kms_backends[account][REGION].keys.values():
        yield key.id, {"state": key.key_state, "aliases": sorted(key.aliases)}


def _buckets(account: str) -> Iterator[tuple[str, Any]]:
    for bucket in s3_backends[account]["aws"].buckets.values():
        yield bucket.name, {"versioning": bucket.versioning_status}


def _secrets(account: str) -> Iterator[tuple[str, Any]]:
    for secret in secretsmanager_backends[account][REGION].secrets.values():
        yield secret.name, {"deleted": secret.is_deleted()}


def _alarms(account: str) -> Iterator[tuple[str, Any]]:
    for name in cloudwatch_backends[account][REGION].alarms:
        yield name, {}


def _parameters(account: str) -> Iterator[tuple[str, Any]]:
    for name, versions in ssm_backends[account][REGION]._parameters.items():  # noqa: SLF001
        if versions and not name.startswith("/aws/"):
            last = versions[-1]
            digest = sha256(str(last.value).encode()).hexdigest()
            yield name, {"type": last.parameter_type, "value_sha256": digest}


def _tags(shown: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in shown["Tags"]}


_KINDS: Final[dict[str, Kind]] = {
    "alarms": _alarms,
    "endpoints": snapshot_network.endpoints,
    "hosted_zones": _zones,
    "iam_policies": _policies,
    "iam_roles": _roles,
    "iam_users": _users,
    "kms_keys": _keys,
    "log_groups": _log_groups,
    "network_interfaces": snapshot_network.interfaces,
    "parameters": _parameters,
    "resolver_endpoints": _resolver,
    "route_tables": snapshot_network.route_tables,
    "s3_buckets": _buckets,
    "secrets": _secrets,
    "security_groups": snapshot_network.groups,
    "vpcs": snapshot_network.vpcs,
}
