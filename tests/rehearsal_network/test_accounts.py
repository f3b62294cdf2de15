"""
Three accounts: the zone belongs to one, the VPC to another.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet import engine
from closednet.aws.account import Account
from closednet.aws.zones import bare
from closednet.errors import WrongAccountError
from closednet.model.change import Create, Delete, key_of
from closednet.steps.hosted_zone import HostedZoneStep
from closednet.steps.preflight import PreflightStep
from closednet_rehearsal.settings import DNS_ACCOUNT, DNS_VPC_ID
from tests.rehearsal_network.test_network_steps import (
    SCOPE,
    Quiet,
    applied,
    failures,
    left_to_do,
    state_of,
    steps_of,
)


if TYPE_CHECKING:
    from tests.rehearsal_network.conftest import World

pytestmark = [pytest.mark.rehearsal, pytest.mark.layouts]
ZONE = "s3.ap-northeast-1.amazonaws.com"
ROLE = f"arn:aws:iam::{DNS_ACCOUNT}:role/closednet-operator"


@pytest.fixture(name="three")
def _three(world: World) -> World:
    raw = world.params.model_dump(mode="json")
    raw["accounts"]["dns"] = {"id": DNS_ACCOUNT, "role_arn": ROLE}
    raw["name_resolution"]["zone_vpc_id"] = DNS_VPC_ID
    world.params = type(world.params).model_validate_json(json.dumps(raw))
    world.network = Account("network", world.params, world.waiting)
    world.management = Account("management", world.params, world.waiting)
    world.dns = Account("dns", world.params, world.waiting)
    return world


def writes(world: World, word: str) -> list[tuple[str, str]]:
    return [
        (call.operation, call.account)
        for call in world.server.world.calls
        if call.mutating and word in call.operation
    ]


def test_a_zone_of_a_third_account_is_authorised_associated_and_closed_again(
    three: World,
) -> None:
    endpoints, inbound, zone = steps_of(three)
    applied(endpoints)
    applied(inbound)
    three.administrate(inbound.handover()["forwarder-bind.conf"])
    before = state_of(three)
    plan = engine.plan(zone, engine.inspect(zone), SCOPE)
    receipt = engine.apply(zone, plan.approve(plan.digest), Quiet())

    association = [
        (type(change), key_of(change))
        for change in plan.changes
        if "-a" in key_of(change)
    ]
    assert [
        (Create, f"zone-authorization/{ZONE}"),
        (Create, f"zone-association/{ZONE}"),
        (Delete, f"zone-authorization/{ZONE}"),
    ] == association
    assert [] == failures(zone.verify()) + left_to_do(zone)
    site: Any = three
    assert [] == failures(PreflightStep.of(site).verify())
    own = three.params.accounts.network.id
    assert [
        ("CreateVPCAssociationAuthorization", DNS_ACCOUNT),
        ("AssociateVPCWithHostedZone", own),
        ("DeleteVPCAssociationAuthorization", DNS_ACCOUNT),
    ] == writes(three, "Associat")
    assert [("CreateHostedZone", DNS_ACCOUNT)] == writes(three, "CreateHosted")

    undo = engine.rollback(zone, [receipt], SCOPE, "run")
    engine.apply(zone, undo.approve(undo.digest), Quiet())
    assert before == state_of(three)
    assert [] == three.unsupported()


def test_an_authorisation_left_by_a_crash_is_taken_back(three: World) -> None:
    """
    Killed after the association: the next plan is nothing but the closing.
    """
    endpoints, inbound, zone = steps_of(three)
    applied(endpoints)
    applied(inbound)
    plan = engine.plan(zone, engine.inspect(zone), SCOPE)
    engine.apply(zone, plan.approve(plan.digest), Quiet())
    zone_id = three.dns.route53.list_hosted_zones_by_name()["HostedZones"][0]["Id"]
    three.dns.route53.create_vpc_association_authorization(
        HostedZoneId=bare(zone_id),
        VPC={"VPCRegion": "ap-northeast-1", "VPCId": three.params.network.vpc_id},
    )
    rest = engine.plan(zone, engine.inspect(zone), SCOPE)

    assert [Delete] == [type(change) for change in rest.changes]
    rest.approve_as_part(plan.digest, [plan])


def test_a_third_account_that_is_another_one_is_refused(three: World) -> None:
    about = three.params.accounts
    wrong = about.of("dns").model_copy(update={"id": "999999999999"})
    accounts = about.model_copy(update={"dns": wrong})
    params = three.params.model_copy(update={"accounts": accounts})
    site: Any = three
    site.params, site.dns = params, Account("dns", params, three.waiting)

    with pytest.raises(WrongAccountError, match="dns account should be 999"):
        left_to_do(HostedZoneStep.of(site))
    assert [] == writes(three, "")


def test_nobody_associates_without_leave(three: World) -> None:
    """
    The rehearsal refuses as Route 53 does: leave first, by the zone's owner.
    """
    vpc: Any = {"VPCRegion": "ap-northeast-1", "VPCId": three.params.network.vpc_id}
    made = three.dns.route53.create_hosted_zone(
        Name=ZONE,
        CallerReference="x",
        VPC={"VPCRegion": "ap-northeast-1", "VPCId": DNS_VPC_ID},
    )
    with (
        pytest.raises(Exception, match="NotAuthorized"),
        three.network.call("route53:AssociateVPCWithHostedZone"),
    ):
        three.network.route53.associate_vpc_with_hosted_zone(
            HostedZoneId=bare(made["HostedZone"]["Id"]), VPC=vpc
        )
