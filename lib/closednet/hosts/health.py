"""
How a server is: one read-only script, and what it said as data for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from closednet.errors import HostError
from closednet.hosts.results import LINE
from closednet.hosts.scripts import Script, render


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


SCRIPT: Final = "health"
ASK_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Unit:
    """
    A service as the server's service manager sees it; empty where there is none.
    """

    load: str = ""
    enabled: str = ""
    active: str = ""
    sub: str = ""
    result: str = ""
    restarts: int = 0
    environment: frozenset[str] = frozenset()
    unset: frozenset[str] = frozenset()

    @property
    def runs(self) -> bool:
        """
        Whether its main process is there.
        """
        return self.active == "active" and self.sub == "running"


@dataclass(frozen=True, slots=True)
class Refused:
    """
    What AWS refused a server's agent, and which kind of policy AWS said it was.

    `denied` says that the policy has an explicit Deny, else it lacks an Allow.
    """

    action: str
    policy: str
    denied: bool


@dataclass(frozen=True, slots=True)
class Health:
    """
    What one server says about how it is; "" and nothing for what it does not have.
    """

    host: str
    arch: str = ""
    kernel: str = ""
    os: str = ""
    package_format: str = ""
    machine_id: str = ""
    init: str = ""
    trust: str = ""
    tools: frozenset[str] = frozenset()
    proxies: frozenset[str] = frozenset()
    no_proxy: tuple[str, ...] = ()
    room_mb: Mapping[str, int] = field(default_factory=dict)
    mounts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    snap_agent: bool = False
    instance_metadata: bool = False
    identity: str = ""
    node_id: str = ""
    node_region: str = ""
    registered_by: str = ""
    ssm_version: str = ""
    ssm: Unit = field(default_factory=Unit)
    ssm_errors: tuple[str, ...] = ()
    ssm_refused: tuple[Refused, ...] = ()
    enforcing: bool = False
    denials: int = 0
    cloudwatch: Unit = field(default_factory=Unit)
    cloudwatch_errors: tuple[str, ...] = ()
    cloudwatch_refused: tuple[Refused, ...] = ()
    common_profile: str = ""
    profiles: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    clock_skew_s: float = 0.0


def script(files: Iterable[str] = ()) -> Script:
    """
    Return the script; `files` are the log files that are to be collected.
    """
    return render(SCRIPT, timeout_s=ASK_S, FILES="\n".join(files))


def parse(host: str, output: str, *, now: float | None = None) -> Health:
    """
    Return what the script said.

    Raises:
        HostError: The output is not complete.
    """
    pairs = LINE.findall(output)
    one = dict(pairs)
    if one.get("healthy") != "asked":
        raise HostError(
            f"{host}: what it says of itself is not complete",
            host=host,
            hint="run the script again and hand back all of its output",
        )
    return Health(
        host=host,
        arch=one.get("arch", ""),
        kernel=one.get("kernel", ""),
        os=f"{one.get('os_id', '')} {one.get('os_version', '')}".strip(),
        package_format=one.get("package_format", ""),
        machine_id=one.get("machine_id", ""),
        init=one.get("init", ""),
        trust=one.get("trust", ""),
        tools=frozenset(one.get("tools", "").split()),
        proxies=frozenset(one.get("proxies", "").split()),
        no_proxy=tuple(one.get("no_proxy", "").replace(",", " ").split()),
        room_mb={at: int(size or 0) for at, size in _places(pairs, "room")},
        mounts={at: frozenset(w.split(",")) for at, w in _places(pairs, "mount")},
        snap_agent=one.get("snap_agent") == "yes",
        instance_metadata=one.get("instance_metadata") == "yes",
        identity=one.get("identity", ""),
        node_id=one.get("node_id", ""),
        node_region=one.get("node_region", ""),
        registered_by=one.get("registered_by", ""),
        ssm_version=one.get("ssm_version", ""),
        ssm=_unit(one.get("ssm_unit", "")),
        ssm_errors=_all(pairs, "ssm_error"),
        ssm_refused=_refused(pairs, "ssm_denied"),
        enforcing=one.get("selinux") == "Enforcing",
        denials=int(one.get("denials") or 0),
        cloudwatch=_unit(one.get("cloudwatch_unit", "")),
        cloudwatch_errors=_all(pairs, "cloudwatch_error"),
        cloudwatch_refused=_refused(pairs, "cloudwatch_denied"),
        common_profile=one.get("common_profile", ""),
        profiles=tuple(one.get("profiles", "").split()),
        absent=_all(pairs, "absent"),
        clock_skew_s=float(one.get("epoch") or 0) - now if now is not None else 0.0,
    )


def _all(pairs: list[tuple[str, str]], key: str) -> tuple[str, ...]:
    return tuple(value for name, value in pairs if name == key)


def _refused(pairs: list[tuple[str, str]], key: str) -> tuple[Refused, ...]:
    rows = [value.split("|") for value in _all(pairs, key)]
    return tuple(
        Refused(action, policy, denied=how != "no") for action, how, policy in rows
    )


def _places(pairs: list[tuple[str, str]], key: str) -> list[tuple[str, str]]:
    return [(v.partition(" ")[0], v.partition(" ")[2]) for v in _all(pairs, key)]


def _unit(line: str) -> Unit:
    known = dict(word.partition("=")[::2] for word in line.split())
    return Unit(
        load=known.get("LoadState", ""),
        enabled=known.get("UnitFileState", ""),
        active=known.get("ActiveState", ""),
        sub=known.get("SubState", ""),
        result=known.get("Result", ""),
        restarts=int(known.get("NRestarts") or 0),
        environment=_names(known.get("Environment", "")),
        unset=_names(known.get("UnsetEnvironment", "")),
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.replace('"', "").split(",")))
