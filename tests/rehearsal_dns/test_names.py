"""
What a name resolves to, from a state of the world alone.
"""

from __future__ import annotations

import pytest

from dns.rcode import NOERROR, NXDOMAIN, REFUSED, Rcode

from closednet_rehearsal.dns.names import Names
from closednet_rehearsal.dns.state import Zone, ZoneRecord
from tests.rehearsal_dns.worlds import (
    ALIASES,
    REGION,
    S3_LABEL,
    S3_VPCE,
    S3_ZONE,
    SSM,
    SSM_LABEL,
    StillWorld,
)


BOTH_SSM = ("10.20.1.21", "10.20.2.21")
BOTH_S3 = ("10.20.1.22", "10.20.2.22")
SSM_VPCE = f"{SSM_LABEL}.ssm.{REGION}.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        (f"ssm.{REGION}.amazonaws.com", BOTH_SSM),
        (f"SsM.{REGION}.AmazonAWS.com.", BOTH_SSM),
        (SSM_VPCE, BOTH_SSM),
        (f"{SSM_LABEL}-{REGION}c.ssm.{REGION}.vpce.amazonaws.com", ("10.20.2.21",)),
        (f"*.{S3_VPCE}", BOTH_S3),
        (f"bucket.{S3_VPCE}", BOTH_S3),
        (f"x.bucket.{S3_VPCE}", BOTH_S3),
        (f"bucket.{S3_LABEL}-{REGION}a.s3.{REGION}.vpce.amazonaws.com", BOTH_S3[:1]),
        (S3_ZONE, BOTH_S3),
        (f"amazon-ssm-{REGION}.{S3_ZONE}", BOTH_S3),
        (f"a.b.{S3_ZONE}", BOTH_S3),
    ],
)
def test_private_names_lead_to_the_endpoint(
    name: str, addresses: tuple[str, ...]
) -> None:
    assert addresses == Names(StillWorld()).resolve(name, "A").addresses


@pytest.mark.parametrize(
    "name", [f"ec2.{REGION}.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com"]
)
def test_other_aws_names_are_public_and_always_the_same(name: str) -> None:
    first, second = (Names(StillWorld()).resolve(name, "A") for _ in range(2))

    assert first == second
    assert first.addresses[0].startswith("198.51.100.")


@pytest.mark.parametrize(
    ("name", "rtype", "rcode", "soa"),
    [
        ("example.com", "A", REFUSED, ""),
        (
            f"ssm.{REGION}.amazonaws.com",
            "AAAA",
            NOERROR,
            f"ssm.{REGION}.amazonaws.com",
        ),
        (
            f"ec2.{REGION}.amazonaws.com",
            "AAAA",
            NOERROR,
            f"ec2.{REGION}.amazonaws.com",
        ),
        (S3_ZONE, "AAAA", NOERROR, S3_ZONE),
        (f"b.{S3_ZONE}", "AAAA", NOERROR, S3_ZONE),
        (
            f"x.ssm.{REGION}.amazonaws.com",
            "A",
            NXDOMAIN,
            f"ssm.{REGION}.amazonaws.com",
        ),
        (f"x.{SSM_VPCE}", "A", NXDOMAIN, f"{REGION}.vpce.amazonaws.com"),
        (
            f"vpce-none.ssm.{REGION}.vpce.amazonaws.com",
            "A",
            NXDOMAIN,
            f"{REGION}.vpce.amazonaws.com",
        ),
        (S3_VPCE, "A", NOERROR, f"{REGION}.vpce.amazonaws.com"),
        ("amazonaws.com", "A", NOERROR, "amazonaws.com"),
    ],
)
def test_a_negative_answer_names_the_lowest_authority(
    name: str, rtype: str, rcode: Rcode, soa: str
) -> None:
    """BIND takes an SOA above the forwarded zone for a forgery."""
    answer = Names(StillWorld()).resolve(name, rtype)

    assert (rcode, (), soa) == (answer.rcode, answer.records, answer.soa)


def test_a_hosted_zone_never_falls_through() -> None:
    """A zone without the wildcard hides every bucket."""
    apex_only = Zone(S3_ZONE, ALIASES.records[:1])
    world = StillWorld(known_zones=(apex_only,))

    answer = Names(world).resolve(f"bucket.{S3_ZONE}", "A")

    assert NXDOMAIN == answer.rcode


def test_without_a_zone_s3_stays_public() -> None:
    answer = Names(StillWorld(known_zones=())).resolve(f"b.{S3_ZONE}", "A")

    assert answer.addresses[0].startswith("198.51.100.")


def test_an_alias_of_a_deleted_endpoint_is_empty() -> None:
    answer = Names(StillWorld(known_endpoints=(SSM,))).resolve(S3_ZONE, "A")

    assert (NOERROR, ()) == (answer.rcode, answer.records)


def test_the_most_specific_zone_decides() -> None:
    """A zone of the whole Region leaves the endpoints' own names alone."""
    wide = Zone(f"{REGION}.amazonaws.com", ())
    names = Names(StillWorld(known_zones=(wide,)))

    assert names.resolve(f"ssm.{REGION}.amazonaws.com", "A").addresses == BOTH_SSM
    assert names.resolve(f"ec2.{REGION}.amazonaws.com", "A").rcode == NXDOMAIN


def test_a_chain_of_names_is_followed() -> None:
    zone = Zone("corp.test", (ZoneRecord("s3.corp.test", "CNAME", (f"b.{S3_ZONE}.",)),))
    world = StillWorld(known_zones=(zone, ALIASES))

    answer = Names(world).resolve("s3.corp.test", "A")

    assert BOTH_S3 == answer.addresses
    assert [("CNAME", ""), ("A", f"b.{S3_ZONE}")] == [
        (record.rtype, record.owner) for record in answer.records
    ]


def test_a_circle_of_names_ends() -> None:
    zone = Zone("corp.test", (ZoneRecord("a.corp.test", "CNAME", ("a.corp.test",)),))

    answer = Names(StillWorld(known_zones=(zone,))).resolve("a.corp.test", "A")

    assert () == answer.addresses


def test_an_existing_name_shields_those_below_it_from_the_wildcard() -> None:
    records = (
        ZoneRecord("*.corp.test", "A", ("10.0.0.1",)),
        ZoneRecord("x.host.corp.test", "A", ("10.0.0.2",)),
    )
    names = Names(StillWorld(known_zones=(Zone("corp.test.", records),)))

    assert names.resolve("any.corp.test", "A").addresses == ("10.0.0.1",)
    assert names.resolve("host.corp.test", "A").rcode == NOERROR
    assert names.resolve("y.host.corp.test", "A").rcode == NXDOMAIN
