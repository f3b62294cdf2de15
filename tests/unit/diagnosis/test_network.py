"""
Causes that are read off AWS's configuration: each alone, and none where all is well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from closednet.aws.admissions import Admission
from closednet.aws.endpoint_states import EndpointState, NetworkInterface
from closednet.aws.network_acls import AclRule, NetworkAcl
from closednet.aws.resolver_reads import InboundState
from closednet.aws.surroundings import Route, Vpc
from closednet.diagnosis import network
from closednet.diagnosis.reading import Reading
from closednet.model import network_design, s3_names
from tests.unit.model import sites


if TYPE_CHECKING:
    from closednet.params.site import SiteParams

PARAMS = sites.params_with()
GROUP = frozenset({"sg-1"})
OPEN = Admission("-1", 0, 65535, ("0.0.0.0/0",))
EVERYTHING = (
    AclRule(100, False, True, "-1", "0.0.0.0/0", (0, 65535)),
    AclRule(100, True, True, "-1", "0.0.0.0/0", (0, 65535)),
)


def healthy(params: SiteParams = PARAMS) -> Reading:
    """
    Return a network in which nothing is wrong.
    """
    subnets = params.network.subnets
    places = tuple(
        NetworkInterface(s.cidr, s.id, s.availability_zone, GROUP) for s in subnets
    )
    return Reading(
        vpc=Vpc((params.network.vpc_cidr,), dns_support=True, dns_hostnames=True),
        routes={s.id: [Route("192.168.0.0/16", "tgw-1", active=True)] for s in subnets},
        acls={s.id: NetworkAcl("acl-1", EVERYTHING) for s in subnets},
        groups={"sg-1": (OPEN,)},
        endpoints={
            service: EndpointState(
                f"vpce-{service}",
                service,
                "available",
                places,
                service,
                None,
                service != "s3",
                "",
            )
            for service in params.endpoints.services
        },
        interfaces={
            s.inbound_ip: NetworkInterface(
                s.inbound_ip, s.id, s.availability_zone, GROUP
            )
            for s in subnets
        },
        inbound=InboundState("rslvr-in-1", "inbound", "OPERATIONAL", "", {}),
        records=frozenset(r.name for r in network_design.zone_records(params)),
    )


def causes(seen: Reading) -> set[str]:
    """
    Return what all rules name.
    """
    rules = (network.surroundings, network.endpoints, network.inbound, network.zone)
    return {finding.cause for rule in rules for finding in rule(PARAMS, seen)}


def of_endpoint(service: str, **changed: Any) -> dict[str, Any]:
    """
    Return all endpoints, one of them changed.
    """
    all_ = dict(healthy().endpoints)
    return {"endpoints": all_ | {service: replace(all_[service], **changed)}}


def admitting(*rules: Admission) -> dict[str, Any]:
    """
    Return the rules of the one group that all interfaces have.
    """
    return {"groups": {"sg-1": rules}}


WEB = Admission("tcp", 443, 443, ("0.0.0.0/0",))
DNS_TCP = Admission("tcp", 53, 53, ("0.0.0.0/0",))
DNS_UDP = Admission("udp", 53, 53, ("0.0.0.0/0",))


def test_a_network_in_order_has_no_cause() -> None:
    assert set() == causes(healthy())


@pytest.mark.parametrize(
    ("cause", "changed"),
    [
        ("endpoint-private-dns-off", of_endpoint("ssm", private_dns=False)),
        ("endpoint-not-available", of_endpoint("ssm", state="pending")),
        (
            "endpoint-in-other-subnets",
            of_endpoint("kms", interfaces=healthy().endpoints["kms"].interfaces[:1]),
        ),
        (
            "endpoint-missing",
            {"endpoints": {k: v for k, v in healthy().endpoints.items() if k != "ssm"}},
        ),
        ("security-group-blocks-https", admitting(DNS_TCP, DNS_UDP)),
        ("security-group-blocks-dns", admitting(WEB)),
        ("security-group-blocks-dns-udp", admitting(WEB, DNS_TCP)),
        ("security-group-blocks-dns-tcp", admitting(WEB, DNS_UDP)),
        ("inbound-endpoint-missing", {"inbound": None}),
        (
            "inbound-endpoint-not-operational",
            {"inbound": InboundState("rslvr-in-1", "", "ACTION_NEEDED", "gone", {})},
        ),
        ("zone-not-associated", {"records": None}),
        (
            "zone-wildcard-missing",
            {"records": frozenset({network_design.zone_name(PARAMS)})},
        ),
        (
            "vpc-dns-off",
            {"vpc": Vpc(("10.20.0.0/16",), dns_support=True, dns_hostnames=False)},
        ),
        (
            "return-route-missing",
            {"routes": {s.id: [] for s in PARAMS.network.subnets}},
        ),
        (
            "network-acl-blocks-answers",
            {
                "acls": {
                    s.id: NetworkAcl("acl-1", EVERYTHING[:1])
                    for s in PARAMS.network.subnets
                }
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named_and_nothing_besides(
    cause: str, changed: dict[str, Any]
) -> None:
    assert {cause} == causes(replace(healthy(), **changed))


def test_a_zone_is_missed_only_where_it_answers_for_s3() -> None:
    """Endpoints can answer for S3's names themselves."""
    names = PARAMS.name_resolution.model_copy(update={"s3": s3_names.INBOUND})
    params = PARAMS.model_copy(update={"name_resolution": names})

    assert [] == list(network.zone(params, replace(healthy(), records=None)))
