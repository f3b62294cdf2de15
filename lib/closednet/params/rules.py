"""
Rules between parameters: what no single field can know.
"""

from __future__ import annotations

import datetime as dt

from collections import Counter
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from closednet.errors import Problem
from closednet.params import approval_rules, fleet, mode_rules, monitoring_rules


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet.params.site import SiteParams

STANDARD_TIER_NODES: Final = 1000
RESERVED_ADDRESSES: Final = 4
WITHOUT_POLLING: Final = "3.3.40.0"


def needs_advanced_tier(params: SiteParams) -> bool:
    """
    Tell whether the site's wishes need the advanced-instances tier.
    """
    return (
        params.wishes.session_manager
        or params.wishes.patch_microsoft_applications
        or len(params.hosts) > STANDARD_TIER_NODES
    )


def broken_rules(params: SiteParams) -> list[Problem]:
    """
    Return every rule between fields that the parameters break.
    """
    return [
        problem
        for rule in (_addresses, _subnets, _zones, _hosts, _services, _consents)
        for problem in rule(params)
    ] + [
        problem
        for rule in (
            *(_limits, _keys, _evidence, monitoring_rules.broken),
            *(approval_rules.broken, fleet.broken, mode_rules.broken),
        )
        for problem in rule(params)
    ]


def _network(text: str, path: str) -> IPv4Network | Problem:
    try:
        return IPv4Network(text)
    except ValueError as err:
        return Problem(path, f"is {text!r}, not a network: {err}")


def _addresses(params: SiteParams) -> Iterator[Problem]:
    network = params.network
    cidrs = [("network.vpc_cidr", network.vpc_cidr)]
    cidrs += [
        (f"network.subnets[{i}].cidr", s.cidr) for i, s in enumerate(network.subnets)
    ]
    cidrs += [
        (f"network.on_premises_cidrs[{i}]", c)
        for i, c in enumerate(network.on_premises_cidrs)
    ]
    for path, cidr in cidrs:
        judged = _network(cidr, path)
        if isinstance(judged, Problem):
            yield judged
    for path, address in _single_addresses(params):
        if _address(address) is None:
            yield Problem(path, f"is {address!r}, not an IPv4 address")


def _single_addresses(params: SiteParams) -> Iterator[tuple[str, str]]:
    network = params.network
    for i, subnet in enumerate(network.subnets):
        yield f"network.subnets[{i}].inbound_ip", subnet.inbound_ip
    for i, server in enumerate(network.dns_servers):
        yield f"network.dns_servers[{i}]", server
    for i, host in enumerate(params.hosts):
        yield f"hosts[{i}].address", host.address


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _valid(text: str) -> IPv4Network | None:
    judged = _network(text, "")
    return None if isinstance(judged, Problem) else judged


def _subnets(params: SiteParams) -> Iterator[Problem]:
    network = params.network
    vpc = _valid(network.vpc_cidr)
    for i, subnet in enumerate(network.subnets):
        cidr, inbound = _valid(subnet.cidr), _address(subnet.inbound_ip)
        path = f"network.subnets[{i}]"
        if cidr and vpc and not cidr.subnet_of(vpc):
            yield Problem(f"{path}.cidr", f"is outside the VPC's {vpc}")
        if cidr and inbound and not _usable(inbound, cidr):
            yield Problem(
                f"{path}.inbound_ip",
                f"must be a free address of {cidr}; AWS keeps the first four"
                " and the last for itself",
            )
    for i, text in enumerate(network.on_premises_cidrs):
        site = _valid(text)
        if site and vpc and site.overlaps(vpc):
            yield Problem(
                f"network.on_premises_cidrs[{i}]",
                f"overlaps the VPC's {vpc}: packets would not find their way back",
            )


def _usable(address: IPv4Address, cidr: IPv4Network) -> bool:
    first = int(cidr.network_address) + RESERVED_ADDRESSES
    return first <= int(address) < int(cidr.broadcast_address)


def _zones(params: SiteParams) -> Iterator[Problem]:
    subnets = params.network.subnets
    for i, subnet in enumerate(subnets):
        if subnet.availability_zone[:-1] != params.region:
            yield Problem(
                f"network.subnets[{i}].availability_zone",
                f"is {subnet.availability_zone}, not in Region {params.region}",
            )
    yield from _twice("network.subnets", "id", [s.id for s in subnets])
    yield from _twice(
        "network.subnets", "availability_zone", [s.availability_zone for s in subnets]
    )
    if f":{params.region}:" not in params.session.kms_key_arn:
        yield Problem("session.kms_key_arn", f"is not a key of Region {params.region}")
    owners = (params.accounts.management.id, params.accounts.network.id)
    if params.session.kms_key_arn.split(":")[4] not in owners:
        yield Problem(
            "session.kms_key_arn",
            "is not a key of the management account, nor of the network's",
        )
    if params.output.bucket_account == params.accounts.management.id:
        yield Problem(
            "output.bucket_account", "is the management account: leave it out"
        )


def _twice(path: str, field: str, values: Iterable[str]) -> Iterator[Problem]:
    listed = list(values)
    repeated = {value for value, n in Counter(listed).items() if n > 1}
    for i, value in enumerate(listed):
        if value in repeated and value in listed[:i]:
            yield Problem(f"{path}[{i}].{field}", f"{value} is given twice")


def _hosts(params: SiteParams) -> Iterator[Problem]:
    yield from _twice("hosts", "name", [h.name.lower() for h in params.hosts])
    yield from _twice("hosts", "address", [h.address for h in params.hosts])
    sites = [n for c in params.network.on_premises_cidrs if (n := _valid(c))]
    for i, host in enumerate(params.hosts):
        address = _address(host.address)
        if address and sites and not any(address in site for site in sites):
            yield Problem(
                f"hosts[{i}].address",
                f"{host.address} is in none of network.on_premises_cidrs: its"
                " packets would be refused by the endpoints",
            )
        if host.os == "windows" and host.connector == "ssh":
            yield Problem(f"hosts[{i}].connector", "must be script for Windows servers")


def _services(params: SiteParams) -> Iterator[Problem]:
    services = params.endpoints.services
    for service in ("ssm", "ssmmessages", "s3", "logs", "monitoring"):
        if service not in services:
            yield Problem("endpoints.services", f"lacks {service}, which agents need")
    if params.wishes.session_manager and "kms" not in services:
        yield Problem("endpoints.services", "lacks kms, which encrypted sessions need")
    if (
        params.cloudwatch.credentials == "roles-anywhere"
        and "rolesanywhere" not in services
    ):
        yield Problem(
            "endpoints.services", "lacks rolesanywhere, which its credentials need"
        )
    if "ec2messages" not in services and _polls(params.ssm_agent.minimum_version):
        yield Problem(
            "endpoints.services",
            f"lacks ec2messages, which agents before {WITHOUT_POLLING} need:"
            " ssm_agent.minimum_version allows them",
        )
    if params.profile == "article-2022" and "ec2messages" not in services:
        yield Problem(
            "endpoints.services", "lacks ec2messages, part of profile article-2022"
        )
    if len(set(services)) < len(services):
        yield Problem("endpoints.services", "names a service twice")


def _polls(minimum: str) -> bool:
    """
    Tell whether agents of this version depend on ec2messages.
    """
    if minimum == "latest":
        return False
    return [*map(int, minimum.split("."))] < [*map(int, WITHOUT_POLLING.split("."))]


def _consents(params: SiteParams) -> Iterator[Problem]:
    if needs_advanced_tier(params) and "advanced-instances-tier" not in params.consents:
        yield Problem(
            "consents",
            "lacks advanced-instances-tier: your wishes need this tier, which holds"
            " for the whole account and Region and is charged for every node in it",
        )
    if params.wishes.session_manager and "session-preferences" not in params.consents:
        yield Problem(
            "consents",
            "lacks session-preferences: they hold for every session of the"
            " account and Region, on EC2 too",
        )


def _limits(params: SiteParams) -> Iterator[Problem]:
    activation = params.activation
    in_file = activation.secret_store == "file"  # noqa: S105 - a choice, no secret
    if in_file and not activation.secret_file:
        yield Problem("activation.secret_file", "is missing; secret_store is file")
    if not in_file and activation.secret_file:
        yield Problem(
            "activation.secret_file", f"is not used by {activation.secret_store}"
        )
    as_of = params.prices.as_of
    try:
        dt.date.fromisoformat(as_of)
    except ValueError:
        yield Problem("prices.as_of", f"is {as_of!r}, not a date")


def _keys(params: SiteParams) -> Iterator[Problem]:
    accounts = params.accounts
    for role, account in (
        ("network", accounts.network),
        ("management", accounts.management),
        ("dns", accounts.of("dns")),
    ):
        if account.role_arn and f"::{account.id}:" not in account.role_arn:
            yield Problem(
                f"accounts.{role}.role_arn", f"is not a role of account {account.id}"
            )
    ways: dict[tuple[str | None, str | None], str] = {}
    for account in (accounts.network, accounts.management, accounts.of("dns")):
        way = (account.profile, account.role_arn)
        if ways.setdefault(way, account.id) != account.id:
            yield Problem(
                "accounts",
                f"{ways[way]} and {account.id} have the same credentials; give each a"
                " profile or role_arn",
            )
    yield from _zone_owner(params)


def _zone_owner(params: SiteParams) -> Iterator[Problem]:
    dns, vpc_id = params.accounts.dns, params.name_resolution.zone_vpc_id
    if dns is None and vpc_id:
        yield Problem("name_resolution.zone_vpc_id", "is used with accounts.dns only")
    if dns is None:
        return
    if dns.id == params.accounts.network.id:
        yield Problem("accounts.dns.id", "is the network account: leave dns out")
    if params.name_resolution.s3 != "private-hosted-zone":
        yield Problem(
            "accounts.dns", "owns nothing: name_resolution.s3 is no private-hosted-zone"
        )
    elif not vpc_id:
        yield Problem(
            "name_resolution.zone_vpc_id", "is missing; accounts.dns is given"
        )


def _evidence(params: SiteParams) -> Iterator[Problem]:
    signature, deposit = params.evidence.signature, params.evidence.deposit
    wants = {"ed25519": "key_file", "ssh": "key_file", "kms": "kms_key_arn"}
    for name in ("key_file", "kms_key_arn"):
        path, given = f"evidence.signature.{name}", getattr(signature, name)
        if wants.get(signature.method) == name and not given:
            yield Problem(path, f"is missing; method is {signature.method}")
        elif wants.get(signature.method) != name and given:
            yield Problem(path, f"is not used by method {signature.method}")
    arn = signature.kms_key_arn
    if arn and f":{params.region}:" not in arn:
        yield Problem(
            "evidence.signature.kms_key_arn", f"is not a key of Region {params.region}"
        )
    if deposit.bucket == params.output.bucket:
        yield Problem(
            "evidence.deposit.bucket", "is output.bucket, where servers may write"
        )
    if params.evidence.time_stamp.authority_file and not params.evidence.time_stamp.url:
        yield Problem("evidence.time_stamp.url", "is missing; its authority is given")
