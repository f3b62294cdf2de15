"""
Inbound endpoints of the Resolver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from closednet_rehearsal.settings import INBOUND_IPS, SUBNETS
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.rehearsal_aws.conftest import Aws, Control


@pytest.fixture(name="inbound")
def _inbound(
    network: Aws, group: str, control: Control
) -> Iterator[Callable[..., dict[str, Any]]]:
    resolver = network.client("route53resolver")
    made: set[str] = set()

    def create(**others: Any) -> dict[str, Any]:
        asked = {
            "CreatorRequestId": "tests",
            "Name": "inbound",
            "Direction": "INBOUND",
            "SecurityGroupIds": [group],
            "IpAddresses": [
                {"SubnetId": subnet.subnet_id, "Ip": address}
                for subnet, address in zip(SUBNETS, INBOUND_IPS, strict=True)
            ],
            "Tags": [{"Key": "closednet", "Value": "tests"}],
        }
        shown: dict[str, Any] = resolver.create_resolver_endpoint(**asked | others)
        made.add(shown["ResolverEndpoint"]["Id"])
        endpoint: dict[str, Any] = shown["ResolverEndpoint"]
        return endpoint

    yield create
    for endpoint_id in made:
        resolver.delete_resolver_endpoint(ResolverEndpointId=endpoint_id)
    control.advance()


def test_inbound_endpoint_comes_and_goes(
    network: Aws, inbound: Callable[..., dict[str, Any]], control: Control
) -> None:
    resolver = network.client("route53resolver")
    made = inbound()
    control.advance()
    ready = resolver.get_resolver_endpoint(ResolverEndpointId=made["Id"])
    listed = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=made["Id"])
    tags = resolver.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"]
    deleted = resolver.delete_resolver_endpoint(ResolverEndpointId=made["Id"])

    assert "CREATING" == made["Status"]
    assert "OPERATIONAL" == ready["ResolverEndpoint"]["Status"]
    assert set(INBOUND_IPS) == {each["Ip"] for each in listed["IpAddresses"]}
    assert {"ATTACHED"} == {each["Status"] for each in listed["IpAddresses"]}
    assert [{"Key": "closednet", "Value": "tests"}] == tags
    assert "DELETING" == deleted["ResolverEndpoint"]["Status"]


def test_creator_request_id_makes_one_endpoint(
    inbound: Callable[..., dict[str, Any]],
) -> None:
    first, again = inbound(), inbound()
    code, _ = refusal(inbound, Name="another")

    assert first["Id"] == again["Id"]
    assert "ResourceExistsException" == code


def test_address_in_use_is_refused(inbound: Callable[..., dict[str, Any]]) -> None:
    inbound()
    code, _ = refusal(inbound, CreatorRequestId="second")

    assert "ResourceExistsException" == code


def test_addresses_come_and_go_one_by_one(
    network: Aws, inbound: Callable[..., dict[str, Any]]
) -> None:
    resolver = network.client("route53resolver")
    endpoint_id = inbound()["Id"]
    third = {"SubnetId": SUBNETS[0].subnet_id, "Ip": "10.20.1.99"}
    asked = {"ResolverEndpointId": endpoint_id, "IpAddress": third}
    resolver.associate_resolver_endpoint_ip_address(**asked)
    code, _ = refusal(resolver.associate_resolver_endpoint_ip_address, **asked)
    resolver.disassociate_resolver_endpoint_ip_address(**asked)
    listed = resolver.list_resolver_endpoint_ip_addresses(
        ResolverEndpointId=endpoint_id
    )["IpAddresses"]

    assert "ResourceExistsException" == code
    assert set(INBOUND_IPS) == {each["Ip"] for each in listed}


def test_an_endpoint_is_updating_for_a_while(
    network: Aws, inbound: Callable[..., dict[str, Any]], control: Control
) -> None:
    resolver = network.client("route53resolver")
    endpoint_id = inbound()["Id"]
    control.advance()
    third = {"SubnetId": SUBNETS[0].subnet_id, "Ip": "10.20.1.99"}
    asked = {"ResolverEndpointId": endpoint_id, "IpAddress": third}
    states = []
    for change in (
        resolver.associate_resolver_endpoint_ip_address,
        resolver.disassociate_resolver_endpoint_ip_address,
    ):
        states.append(change(**asked)["ResolverEndpoint"]["Status"])
        control.advance()
        now = resolver.get_resolver_endpoint(ResolverEndpointId=endpoint_id)
        states.append(now["ResolverEndpoint"]["Status"])

    assert 2 * ["UPDATING", "OPERATIONAL"] == states


def test_group_of_an_inbound_endpoint_stays(
    ec2: Any, inbound: Callable[..., dict[str, Any]], group: str
) -> None:
    inbound()
    code, _ = refusal(ec2.delete_security_group, GroupId=group)

    assert "DependencyViolation" == code


def test_unknown_endpoint_is_not_found(network: Aws) -> None:
    resolver = network.client("route53resolver")
    code, _ = refusal(
        resolver.get_resolver_endpoint, ResolverEndpointId="rslvr-in-0000000000000dead"
    )

    assert "ResourceNotFoundException" == code
