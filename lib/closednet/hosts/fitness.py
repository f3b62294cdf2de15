"""
Whether a server is fit for the agents; what is not right is named as a cause.

Each rule looks at what belongs to its own cause alone, so that several may hold at
once and none stands for another. Pure: nothing here asks anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.hosts.ssm_agent import package_format
from closednet.model.causes import Diagnosis, find


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from closednet.hosts.health import Health
    from closednet.model.causes import Finding
    from closednet.params.site import Host


MOST_SKEW_S: Final = 300
LEAST_ROOM_MB: Final = 512
OLDEST_KERNEL: Final = (3, 2)
TOOLS: Final = frozenset({"curl", "gpg"})
ARCHITECTURES: Final = {"aarch64": "arm64"}
PROXIES: Final = frozenset({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What the parameters say of a server, and of where it is to be registered.

    `names` are those that it must reach without a proxy; `ours` the ids of the
    site's managed nodes, None where AWS was not asked.
    """

    host: Host
    site: str
    region: str
    names: tuple[str, ...] = ()
    ours: frozenset[str] | None = None


def fitness(health: Health, wanted: Wanted) -> Diagnosis:
    """
    Return every cause for which the agents cannot work on a server.
    """
    return Diagnosis(tuple(f for rule in RULES for f in rule(health, wanted)))


def clones(fleet: Iterable[Health]) -> Mapping[str, Diagnosis]:
    """
    Return, by server, that others have the same machine id.
    """
    known = [health for health in fleet if health.machine_id]
    found = {}
    for one in known:
        same = [h.host for h in known if h.machine_id == one.machine_id]
        if len(same) > 1:
            evidence = f"{', '.join(same)} have the same"
            finding = find("machine-id-shared", evidence, one.host)
            found[one.host] = Diagnosis((finding,))
    return found


def _machine(health: Health, wanted: Wanted) -> Iterator[Finding]:
    seen = ARCHITECTURES.get(health.arch, health.arch)
    if seen != wanted.host.arch:
        evidence = f"it is {health.arch}, the parameters say {wanted.host.arch}"
        yield find("other-architecture", evidence, health.host)
    expected = package_format(wanted.host)
    if health.package_format != expected:
        evidence = f"{health.os} takes {health.package_format}, {wanted.host.os} does"
        yield find("other-system", f"{evidence} {expected}", health.host)
    kernel = tuple(int(p) for p in health.kernel.split(".")[:2] if p.isdigit())
    if len(kernel) == len(OLDEST_KERNEL) and kernel < OLDEST_KERNEL:
        yield find("kernel-too-old", f"kernel {health.kernel}", health.host)


def _tools(health: Health, _: Wanted) -> Iterator[Finding]:
    if health.init != "systemd":
        evidence = "there is no /run/systemd/system"
        yield find("systemd-not-running", evidence, health.host)
    # Installed agents need neither any more.
    missing = TOOLS - health.tools
    if missing and not health.ssm_version:
        evidence = f"{' and '.join(sorted(missing))} not found"
        yield find("tools-missing", evidence, health.host)
    if not health.trust:
        evidence = "no bundle in /etc/ssl or /etc/pki"
        yield find("trust-store-missing", evidence, health.host)


def _disks(health: Health, _: Wanted) -> Iterator[Finding]:
    full = {at: mb for at, mb in health.room_mb.items() if mb < LEAST_ROOM_MB}
    if full:
        words = ", ".join(f"{mb} MB free in {at}" for at, mb in full.items())
        yield find("disk-full", f"{words}; {LEAST_ROOM_MB} are needed", health.host)
    fixed = [at for at, options in health.mounts.items() if "ro" in options]
    if fixed:
        evidence = f"{', '.join(fixed)}: mounted ro"
        yield find("file-system-read-only", evidence, health.host)
    if "noexec" in health.mounts.get("/var/lib", ()):
        yield find("file-system-noexec", "/var/lib: mounted noexec", health.host)


def _clock(health: Health, _: Wanted) -> Iterator[Finding]:
    if abs(health.clock_skew_s) >= MOST_SKEW_S:
        side = "ahead of" if health.clock_skew_s > 0 else "behind"
        minutes = round(abs(health.clock_skew_s) / 60)
        evidence = f"{minutes} minutes {side} this machine"
        yield find("server-clock-wrong", evidence, health.host)


def _proxy(health: Health, wanted: Wanted) -> Iterator[Finding]:
    services = health.ssm.environment | health.cloudwatch.environment
    if not PROXIES & (health.proxies | services):
        return
    caught = [name for name in wanted.names if not _spared(name, health.no_proxy)]
    if caught:
        which = sorted(PROXIES & (health.proxies | services))
        evidence = f"{', '.join(which)} is set and no_proxy does not spare {caught[0]}"
        yield find("proxy-in-the-way", evidence, health.host)


def _identity(health: Health, wanted: Wanted) -> Iterator[Finding]:
    if health.instance_metadata and health.identity != "OnPrem":
        evidence = "a request to it was answered"
        yield find("instance-metadata-answers", evidence, health.host)
    if health.snap_agent:
        yield find("snap-agent-present", "/snap/amazon-ssm-agent", health.host)
    ours = wanted.ours is None or health.node_id in wanted.ours
    if not health.node_id or ours or health.registered_by == wanted.site:
        return
    if health.node_region != wanted.region:
        evidence = f"{health.node_id} in {health.node_region}, not {wanted.region}"
        yield find("registered-in-other-region", evidence, health.host)
    else:
        evidence = f"it is {health.node_id}, which is no node of this site"
        yield find("registered-elsewhere", evidence, health.host)


def _spared(name: str, patterns: Iterable[str]) -> bool:
    """
    Tell whether curl and the agents' libraries leave a name to itself.
    """
    return any(
        pattern == "*"
        or f".{name}".endswith(f".{pattern.removeprefix('*').lstrip('.')}")
        for pattern in patterns
    )


RULES: Final[tuple[Callable[[Health, Wanted], Iterator[Finding]], ...]] = (
    _machine,
    _tools,
    _disks,
    _clock,
    _proxy,
    _identity,
)
