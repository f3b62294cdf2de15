"""
What sites of one account and Region share, and who of them still needs it.

Most of what a site makes is its own. Some things can be there but once in a VPC, or in
an account and Region: a site that comes later uses what stands. So that a site that
goes leaves it standing, every site says by marks what it uses.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from closednet.model import costs, network_design
from closednet.model.specs.management import (
    TIER_SETTING,
    CloudWatchUser,
    LogGroup,
    Role,
    RolePolicy,
    ServiceSetting,
    SessionPreferences,
)
from closednet.model.specs.network import (
    EndpointNames,
    ForwardingRule,
    GatewayEndpoint,
    HostedZone,
    InterfaceEndpoint,
    ResolverEndpoint,
    SecurityGroup,
    ZoneAssociation,
    ZoneAuthorization,
    ZoneRecord,
)


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from closednet.model.change import Spec
    from closednet.params.site import SiteParams

TAG: Final = "closednet:uses-"
STAYS: Final = "stays"
UNSAID: Final = None
# A tag's value has at most 256 characters.
A_TAG: Final = 19
S3_NAMES: Final = (
    *(HostedZone, ZoneRecord, ZoneAssociation, ZoneAuthorization),
    *(GatewayEndpoint, EndpointNames),
)


def uses(params: SiteParams) -> tuple[str, ...]:
    """
    Return what a site uses of what sites may share, in words.
    """
    return tuple(sorted(set(_uses(params))))


def tags(used: Iterable[str]) -> dict[str, str]:
    """
    Return the tags that say what is used; the first begins with their number.
    """
    marks = sorted(mark(each) for each in used)
    parts = [marks[at : at + A_TAG] for at in range(0, len(marks), A_TAG)] or [[]]
    values = [" ".join(part) for part in parts]
    values[0] = f"{len(parts)} {values[0]}".strip()
    return {f"{TAG}{number}": value for number, value in enumerate(values, 1)}


def marks_in(found: Mapping[str, str]) -> frozenset[str] | None:
    """
    Return the marks in the tags of a resource, or None if it has none.
    """
    count, *marks = found.get(f"{TAG}1", "").split(" ")
    if not count.isdigit():
        return UNSAID
    for number in range(2, int(count) + 1):
        marks += found.get(f"{TAG}{number}", "").split(" ")
    return frozenset(marks) - {""}


def mark(used: str) -> str:
    """
    Return the mark of something that is used: short, and fit for a tag.
    """
    return sha256(used.encode()).hexdigest()[:12]


def needed(
    spec: Spec, params: SiteParams, others: Mapping[str, frozenset[str] | None]
) -> str:
    """
    Return why `spec`, which stands, has to stay for another site, or nothing.
    """
    marks = {mark(each) for each in shared_as(spec, params)}
    silent = [site for site, said in others.items() if said is UNSAID and marks]
    users = [site for site, said in others.items() if said and marks & said]
    if users:
        who = f"site {', '.join(sorted(users))} uses it"
    elif silent:
        who = f"site {', '.join(sorted(silent))}, which does not say what it uses, may"
    else:
        return ""
    return f"{STAYS}: {who}; undo this run again when that site is gone"


def who(reason: str) -> tuple[str, str]:
    """
    Return of a reason whether sites use it (`used`) or `may`, and their names.
    """
    told = reason.partition(": site ")[2]
    if ", which does not say" in told:
        return "may", told.partition(", which does not say")[0]
    return "used", told.partition(" uses it")[0]


def shared_as(spec: Spec, params: SiteParams) -> tuple[str, ...]:
    """
    Return as what others may use a resource of the site, in words.
    """
    match spec:
        case InterfaceEndpoint(service=service, vpc_id=vpc):
            return (_endpoint(service, vpc),)
        case ResolverEndpoint(addresses=addresses):
            return tuple(_address(each.ip) for each in addresses)
        case ForwardingRule(servers=servers):
            return tuple(map(_dns_server, servers))
        case SecurityGroup():
            return _through(spec, params)
        case _ if isinstance(spec, S3_NAMES):
            return (_names(params.network.vpc_id),)
        case _:
            return _of_account(spec)


def _through(group: SecurityGroup, params: SiteParams) -> tuple[str, ...]:
    """
    Return what a group lets others reach: it stays with that.
    """
    if group.name == network_design.ENDPOINTS:
        services = params.endpoints.services
        return tuple(_endpoint(each, group.vpc_id) for each in services)
    return tuple(map(_address, network_design.inbound_ips(params)))


def _of_account(spec: Spec) -> tuple[str, ...]:
    match spec:
        case Role() | LogGroup() | CloudWatchUser():
            return (spec.key,)
        case RolePolicy(role=role):
            return (_role(role),)
        case ServiceSetting(value=value):
            return (f"{spec.key}={value}",)
        case SessionPreferences(kms_key_arn=key, log_group=group):
            return (_preferences(str(key), str(group)),)
        case _:
            return ()


def _uses(params: SiteParams) -> Iterator[str]:
    network, output = params.network, params.output
    services = params.endpoints.services
    yield from (_endpoint(service, network.vpc_id) for service in services)
    if "s3" in services:
        yield _names(network.vpc_id)
    yield from map(_address, network_design.inbound_ips(params))
    yield from map(_dns_server, network.dns_servers)
    yield _role(params.activation.role_name)
    groups = [output.command_log_group, *params.cloudwatch.retention()]
    if params.wishes.session_manager:
        groups.append(output.session_log_group)
        yield _preferences(params.session.kms_key_arn, output.session_log_group)
    yield from (LogGroup(name, 0).key for name in groups)
    if costs.reasons_for_advanced_tier(params):
        setting = ServiceSetting(TIER_SETTING, "advanced")
        yield f"{setting.key}={setting.value}"
    if params.cloudwatch.credentials == "iam-user":
        yield CloudWatchUser(params.cloudwatch.user_name, "").key


def _endpoint(service: str, vpc: str) -> str:
    return f"interface-endpoint/{service} of {vpc}"


def _names(vpc: str) -> str:
    return f"names of S3 in {vpc}"


def _address(ip: str) -> str:
    return f"inbound address {ip}"


def _dns_server(ip: str) -> str:
    return f"forwarding of {ip}"


def _role(name: str) -> str:
    return Role(name, "", "").key


def _preferences(key: str, group: str) -> str:
    return f"session-preferences with {key} and {group}"
