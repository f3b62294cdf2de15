from __future__ import annotations

from dataclasses import replace

import pytest

from closednet.errors import HostError
from closednet.hosts.fitness import Wanted, clones, fitness
from closednet.hosts.health import Health, Unit, parse, script
from closednet.steps.host_checks import host_checks
from tests.unit.hosts.sites import host, params


NAME = "ssm.ap-northeast-1.amazonaws.com"
WANTED = Wanted(host("web01"), "dc1", "ap-northeast-1", (NAME,), frozenset({"mi-1"}))
GOOD = Health(
    "web01",
    arch="x86_64",
    kernel="5.15.0-91-generic",
    os="ubuntu 22.04",
    package_format="deb",
    machine_id="m1",
    init="systemd",
    trust="/etc/ssl/certs/ca-certificates.crt",
    tools=frozenset({"curl", "gpg"}),
    room_mb={"/": 9000, "/var": 9000},
    mounts={"/var/lib": frozenset({"rw", "relatime"})},
)
PROXY = frozenset({"https_proxy"})


@pytest.mark.parametrize(
    ("health", "causes"),
    [
        (GOOD, ()),
        (replace(GOOD, arch="aarch64"), ("other-architecture",)),
        (replace(GOOD, package_format="rpm"), ("other-system",)),
        (replace(GOOD, kernel="2.6.32-754.el6"), ("kernel-too-old",)),
        (replace(GOOD, kernel="3.10.0-1160.el7"), ()),
        (replace(GOOD, init="other"), ("systemd-not-running",)),
        (replace(GOOD, tools=frozenset({"curl"})), ("tools-missing",)),
        (replace(GOOD, tools=frozenset(), ssm_version="3.3.0.0"), ()),
        (replace(GOOD, trust=""), ("trust-store-missing",)),
        (replace(GOOD, room_mb={"/": 9000, "/var": 3}), ("disk-full",)),
        (
            replace(GOOD, mounts={"/opt": frozenset({"ro"})}),
            ("file-system-read-only",),
        ),
        (
            replace(GOOD, mounts={"/var/lib": frozenset({"rw", "noexec"})}),
            ("file-system-noexec",),
        ),
        (replace(GOOD, mounts={"/root": frozenset({"rw", "noexec"})}), ()),
        (replace(GOOD, clock_skew_s=-301), ("server-clock-wrong",)),
        (replace(GOOD, clock_skew_s=299), ()),
        (replace(GOOD, proxies=PROXY), ("proxy-in-the-way",)),
        (replace(GOOD, proxies=PROXY, no_proxy=(".amazonaws.com",)), ()),
        (replace(GOOD, proxies=PROXY, no_proxy=(NAME,)), ()),
        (replace(GOOD, proxies=PROXY, no_proxy=("*",)), ()),
        (
            replace(GOOD, proxies=PROXY, no_proxy=("onaws.com",)),
            ("proxy-in-the-way",),
        ),
        (replace(GOOD, proxies=frozenset({"http_proxy"})), ()),
        (
            replace(GOOD, ssm=Unit(environment=frozenset({"HTTPS_PROXY"}))),
            ("proxy-in-the-way",),
        ),
        (replace(GOOD, instance_metadata=True), ("instance-metadata-answers",)),
        (replace(GOOD, instance_metadata=True, identity="OnPrem"), ()),
        (replace(GOOD, snap_agent=True), ("snap-agent-present",)),
        (replace(GOOD, node_id="mi-1"), ()),
        (
            replace(GOOD, node_id="mi-9", node_region="ap-northeast-1"),
            ("registered-elsewhere",),
        ),
        (replace(GOOD, node_id="mi-9", registered_by="dc1"), ()),
        (
            replace(GOOD, node_id="mi-9", node_region="eu-west-1"),
            ("registered-in-other-region",),
        ),
        (
            replace(GOOD, arch="aarch64", init="other"),
            ("other-architecture", "systemd-not-running"),
        ),
    ],
)
def test_a_cause_is_named_by_its_own_evidence_alone(
    health: Health, causes: tuple[str, ...]
) -> None:
    assert causes == fitness(health, WANTED).causes


def test_nobody_is_called_a_stranger_before_aws_was_asked() -> None:
    stranger = replace(GOOD, node_id="mi-9", node_region="eu-west-1")

    assert not fitness(stranger, replace(WANTED, ours=None))


def test_clones_are_named_with_each_other() -> None:
    found = clones([GOOD, replace(GOOD, host="web02"), replace(GOOD, machine_id="x")])

    assert {"web01", "web02"} == set(found)
    assert "web01, web02" in found["web02"].text


def test_what_a_server_says_becomes_data() -> None:
    lines = (
        ("room", "/ 900"),
        ("room", "/var 3"),
        ("mount", "/var/lib rw,noexec"),
        ("no_proxy", "localhost,.example.com"),
        (
            "ssm_unit",
            "SubState=auto-restart NRestarts=7 Environment=,X UnsetEnvironment=HOME",
        ),
        ("ssm_error", "UserHomeNotFound"),
        ("absent", "/var/log/syslog"),
        ("epoch", "1000"),
        ("healthy", "asked"),
    )
    text = "".join(f"closednet: {key}={value}\n" for key, value in lines)

    found = parse("web01", text, now=1400.0)

    assert {"/": 900, "/var": 3} == found.room_mb
    assert "noexec" in found.mounts["/var/lib"]
    assert ("localhost", ".example.com") == found.no_proxy
    assert ("auto-restart", 7) == (found.ssm.sub, found.ssm.restarts)
    assert {"X"} == found.ssm.environment
    assert {"HOME"} == found.ssm.unset
    assert ("UserHomeNotFound",) == found.ssm_errors
    assert ("/var/log/syslog",) == found.absent
    assert found.clock_skew_s == -400


def test_half_an_answer_is_none() -> None:
    with pytest.raises(HostError, match="not complete"):
        parse("web01", "closednet: arch=x86_64\n")


def test_the_script_only_reads() -> None:
    body = script(["/var/log/syslog"]).text.partition("main() {")[2]
    writing = ("mark ", "mkdir ", "mv ", "rm ", "tee ", ">>")

    assert not [word for word in writing if word in body]


def test_a_server_that_is_not_reached_is_not_called_unfit() -> None:
    error = HostError("web01: not reached", host="web01", hint="start sshd")
    error.because(["ssh-refused"])

    reached, *others = host_checks(params(), {"web01": error}, frozenset)

    assert not others
    assert (("ssh-refused",), "start sshd") == (reached.causes, reached.remedy)
