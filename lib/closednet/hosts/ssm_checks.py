"""
What must hold on every server once its SSM Agent is registered; pure judgements.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from closednet.hosts.facts import HostFacts, duplicate_machine_ids
from closednet.hosts.nodes import at_least, by_host, several
from closednet.model.report import Check


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from closednet.hosts.needs import Node
    from closednet.params.site import Host, SiteParams


MOST_SKEW_S: Final = 300


@dataclass(frozen=True, slots=True)
class Reached:
    """
    One name as a server saw it: its addresses, and whether HTTPS answered.

    `verdict` is how far HTTPS came: `answers`, `silent`, `refused`, `stalls` (small
    packets are answered, a handshake is not), `untrusted` (by `issuer`), `proxied`
    (it works only past the proxy that the server is told to use).
    """

    service: str
    name: str
    addresses: tuple[str, ...]
    answers: bool
    verdict: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """
    Everything that was asked: servers' facts and reach, and AWS's list of nodes.
    """

    facts: Mapping[str, HostFacts]
    reached: Mapping[str, tuple[Reached, ...]]
    nodes: Sequence[Node]
    quarantined: Mapping[str, str] = field(default_factory=dict)


def reached(values: Sequence[str]) -> tuple[Reached, ...]:
    """
    Return the `reach` lines of a server's output.
    """
    rows = [[*value.split(), ""][:5] for value in values]
    return tuple(
        Reached(
            service,
            name,
            () if addresses == "none" else tuple(addresses.split(",")),
            verdict == "answers",
            verdict,
            issuer.replace("_", " "),
        )
        for service, name, addresses, verdict, issuer in rows
    )


def checks(params: SiteParams, seen: Seen) -> Iterator[Check]:
    """
    Yield every check of every server.
    """
    listed = by_host(params.hosts, seen.nodes)
    for host in params.hosts:
        if host.name in seen.quarantined:
            yield quarantined(host.name, seen.quarantined[host.name])
            continue
        node = listed.get(host.name)
        yield _online(host, node)
        yield _role(params, host, node)
        yield _version(params, host, node)
        yield _signature(params, host, seen.facts.get(host.name))
        yield _reach(params, host, seen.reached.get(host.name, ()))
        if host.name in seen.facts:
            yield _clock(seen.facts[host.name])
    yield _listed_once(params, seen.nodes)
    yield _unlike(seen.facts)


def quarantined(host: str, cause: str) -> Check:
    """
    Return the failure of a server of which nothing else can be known.
    """
    return Check(
        f"{host} does its work",
        passed=False,
        evidence=f"quarantined: {cause}",
        proves=("S10",),
        subject=host,
        remedy="mend the cause and run the step again, which touches this server only;"
        " or leave it out for now with rollout.set_aside",
    )


def _online(host: Host, node: Node | None) -> Check:
    online = node is not None and node.ping_status == "Online"
    return Check(
        f"{host.name} is an online managed node",
        online and node is not None and node.node_id.startswith("mi-"),
        f"{node.node_id} is {node.ping_status}" if node else "AWS does not list it",
        ("S10", "S11"),
        host.name,
        "look into /var/log/amazon/ssm/errors.log on the server",
        about_the_way=True,
    )


def _role(params: SiteParams, host: Host, node: Node | None) -> Check:
    role = params.activation.role_name
    seen = node.iam_role.rpartition("/")[2] if node else "none"
    return Check(
        f"{host.name} registered with this site's activation and role",
        seen == role and node is not None and bool(node.activation_id),
        f"role {seen}",
        ("S9", "S10"),
        host.name,
        f"have its role set to {role}",
    )


def _version(params: SiteParams, host: Host, node: Node | None) -> Check:
    minimum = params.ssm_agent.minimum_version
    version = node.agent_version if node else ""
    return Check(
        f"{host.name} runs SSM Agent {minimum} or newer",
        bool(version) and at_least(version, minimum),
        f"version {version}" if version else "no agent is seen",
        ("S8",),
        host.name,
        "run this step again; it installs the newer package",
    )


def _signature(params: SiteParams, host: Host, facts: HostFacts | None) -> Check:
    wanted = params.ssm_agent.signing_key_fingerprint
    key = facts.mark("ssm-agent-package", "key") if facts else ""
    if key:
        evidence = f"the server verified the signature of {key} before it installed"
    elif facts:
        evidence = "the agent was there before this runbook, which installed nothing"
    else:
        evidence = "the carried script verifies it; nothing was handed back"
    return Check(
        f"what this runbook installed on {host.name} bears AWS's signature",
        key == wanted or (facts is not None and not key),
        evidence,
        ("S8",),
        host.name,
        "carry the script to the server and hand its output back",
    )


def _reach(params: SiteParams, host: Host, rows: Sequence[Reached]) -> Check:
    block = ip_network(params.network.vpc_cidr)
    bad = []
    for row in rows:
        public = [a for a in row.addresses if ip_address(a) not in block]
        if not row.addresses:
            bad.append(f"{row.name} has no address")
        elif public:
            bad.append(f"{row.name} is {', '.join(public)}, outside {block}")
        elif not row.answers:
            bad.append(f"{row.name} does not answer on port 443")
    good = f"{len(rows)} names, all inside {block}, all answered HTTPS"
    return Check(
        f"{host.name} reaches every service over the private link",
        bool(rows) and not bad,
        "; ".join(bad) or (good if rows else "the server was not asked"),
        ("S1", "S6"),
        host.name,
        "names: see the DNS steps; no answer: firewall, route back, security group",
        about_the_way=True,
    )


def _clock(facts: HostFacts) -> Check:
    good = abs(facts.clock_skew_s) < MOST_SKEW_S
    return Check(
        f"{facts.host} has the right time",
        good,
        "less than 5 minutes off" if good else "5 minutes off, or more",
        ("S10",),
        facts.host,
        "let it follow an NTP server of the site: AWS refuses requests from the past",
        causes=() if good else ("server-clock-wrong",),
    )


def _listed_once(params: SiteParams, nodes: Sequence[Node]) -> Check:
    twice = several(params.hosts, nodes)
    words = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in twice.items())
    return Check(
        "no server is registered twice",
        not twice,
        words or f"{len(params.hosts)} servers, one managed node each at most",
        ("S10",),
        "",
        "deregister the managed node that is not online",
        causes=("node-registered-twice",) if twice else (),
    )


def _unlike(facts: Mapping[str, HostFacts]) -> Check:
    same = duplicate_machine_ids(facts.values())
    words = "; ".join(", ".join(names) for names in same.values())
    return Check(
        "no two servers have the same machine id",
        not same,
        f"the same on {words}" if words else "all machine ids differ",
        ("S10",),
        "",
        "make a new machine id on the clones: AWS takes them for one machine",
        causes=("machine-id-shared",) if same else (),
    )
