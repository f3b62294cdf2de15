"""
What exists before anybody has done anything: the contract's two accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from closednet_rehearsal.iam import RehearsalIAMBackend, operator_trust
from closednet_rehearsal.install import reseed
from closednet_rehearsal.operator import create_operator
from closednet_rehearsal.settings import (
    ACCOUNTS,
    DNS_ACCOUNT,
    DNS_VPC_ID,
    KMS_ALIAS,
    KMS_KEY_ARN,
    KMS_KEY_ID,
    MANAGEMENT_ACCOUNT,
    NETWORK_ACCOUNT,
    ON_PREMISES_CIDR,
    OPERATOR_ROLE,
    OUTPUT_BUCKET,
    REGION,
    ROUTE_TABLE_ID,
    SUBNETS,
    TRANSIT_GATEWAY_ID,
    VPC_CIDR,
    VPC_ID,
)
from closednet_rehearsal.stage import world


if TYPE_CHECKING:
    from collections.abc import Sequence


def seed(on_premises: Sequence[str] = (ON_PREMISES_CIDR,)) -> None:
    """
    Create both accounts; the ids are those of the contract, in every rehearsal.
    """
    reseed("seed")
    for account in ACCOUNTS:
        _forget_default_vpc(ec2_backends[account][REGION])
        _operator_role(account)
    create_operator()
    _network(ec2_backends[NETWORK_ACCOUNT][REGION], on_premises)
    _vpc(ec2_backends[DNS_ACCOUNT][REGION], DNS_VPC_ID, "rehearsal-dns")
    _session_key()
    s3_backends[MANAGEMENT_ACCOUNT]["aws"].create_bucket(OUTPUT_BUCKET, REGION)


def _forget_default_vpc(backend: Any) -> None:
    backend.vpcs.clear()
    backend.subnets.clear()
    backend.groups.clear()
    backend.route_tables.clear()
    backend.network_acls.clear()
    backend.internet_gateways.clear()
    backend.dhcp_options_sets.clear()
    backend.tags.clear()


def _operator_role(account: str) -> None:
    backend = iam_backends[account]["aws"]
    backend.create_role(
        role_name=OPERATOR_ROLE,
        assume_role_policy_document=operator_trust(),
        path="/",
        permissions_boundary=None,
        description="Rehearsal: the operator",
        tags=[],
        max_session_duration="43200",
    )
    if isinstance(backend, RehearsalIAMBackend):
        backend.spread()
    world().written.clear()


def _network(backend: Any, on_premises: Sequence[str]) -> None:
    _vpc(backend, VPC_ID, "rehearsal-network")
    table = backend.create_route_table(VPC_ID)
    backend.route_tables[ROUTE_TABLE_ID] = backend.route_tables.pop(table.id)
    table.id = ROUTE_TABLE_ID
    for wanted in SUBNETS:
        subnet = backend.create_subnet(
            VPC_ID, wanted.cidr, availability_zone=wanted.availability_zone
        )
        made = subnet.id
        in_zone = backend.subnets[wanted.availability_zone]
        in_zone[wanted.subnet_id] = in_zone.pop(subnet.id)
        subnet.id = wanted.subnet_id
        for acl in backend.network_acls.values():
            for link in acl.associations:
                if link.subnet_id == made:
                    link.subnet_id = wanted.subnet_id
        subnet.add_tags({"Name": f"rehearsal-{wanted.availability_zone}"})
        backend.associate_route_table(ROUTE_TABLE_ID, subnet.id)
    _transit_gateway(backend, on_premises)


def _vpc(backend: Any, vpc_id: str, name: str) -> None:
    vpc = backend.create_vpc(VPC_CIDR)
    for held in (backend.groups, backend.vpcs):
        held[vpc_id] = held.pop(vpc.id)
    for owned in (
        *backend.groups[vpc_id].values(),
        *backend.route_tables.values(),
        *backend.network_acls.values(),
    ):
        owned.vpc_id = vpc_id
    vpc.id = vpc_id
    vpc.enable_dns_support = True
    vpc.enable_dns_hostnames = True
    vpc.add_tags({"Name": name})


def _transit_gateway(backend: Any, on_premises: Sequence[str]) -> None:
    gateway = backend.create_transit_gateway("Rehearsal: the way to on premises")
    gateways = backend.transit_gateways
    gateways[TRANSIT_GATEWAY_ID] = gateways.pop(gateway.id)
    gateway.id = TRANSIT_GATEWAY_ID
    backend.create_transit_gateway_vpc_attachment(
        TRANSIT_GATEWAY_ID, VPC_ID, [subnet.subnet_id for subnet in SUBNETS]
    )
    for cidr in on_premises:
        backend.create_route(
            ROUTE_TABLE_ID, cidr, transit_gateway_id=TRANSIT_GATEWAY_ID
        )


def _session_key() -> None:
    backend = kms_backends[MANAGEMENT_ACCOUNT][REGION]
    key = backend.create_key(
        None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Rehearsal: sessions", []
    )
    backend.keys[KMS_KEY_ID] = backend.keys.pop(key.id)
    key.id, key.arn = KMS_KEY_ID, KMS_KEY_ARN
    backend.create_alias(KMS_KEY_ID, KMS_ALIAS)
