"""
Troubles with the agents: package, registration, service, credentials.
"""

from __future__ import annotations

import json
import os

from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host.cloudwatch_settings import COMMON
from closednet_rehearsal.host.fleet import systemctl
from closednet_rehearsal.host.registration import FINGERPRINT
from closednet_rehearsal.host.session import FORBIDDEN
from closednet_rehearsal.packages import AGENT, objects
from closednet_rehearsal.settings import MANAGEMENT_ACCOUNT, REGION
from closednet_rehearsal.signing_key import public_key
from closednet_rehearsal.ssm.executions import apply_to
from closednet_rehearsal.trouble import machines
from closednet_rehearsal.trouble.services import (
    CLOUDWATCH,
    SSM,
    is_installed,
    restarted,
)
from closednet_rehearsal.trouble.trouble import Trouble
from closednet_rehearsal.work_dir import SIGNING_KEY


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.ssm.state import Activation, Node, Scope
    from closednet_rehearsal.trouble.trouble import Scene, Undo

    Strike = Callable[[Scene], Undo | None]

ONE: Final = "web02"
STEP: Final = "ssm-agent"
ATTACH: Final = "iam-attach"
VERIFYING: Final = "cloudwatch-verification"
SETTINGS: Final = "root/etc/systemd/system"
DEB: Final = (f"amazon-ssm-{REGION}", f"latest/debian_amd64/{AGENT}.deb")
OTHER_KEY: Final = "F" * 40
OTHER_CODE: Final = "not-the-code-of-this-activation"
AVC: Final = (
    'type=AVC msg=audit(1): avc:  denied  { write } for comm="ssm-agent-worke"'
    ' name=".aws" dev="vda1" tclass=dir permissive=0\n'
)


def _scope(scene: Scene) -> Scope | None:
    managed = scene.world.managed
    return managed.scope(MANAGEMENT_ACCOUNT, REGION) if managed else None


def _activation(change: Callable[[Activation], object]) -> Strike:
    """
    Let something happen to the activation, and put back all of it afterwards.
    """

    def strike(scene: Scene) -> Undo | None:
        scope = _scope(scene)
        if scope is None or not scope.activations:
            return None
        before = {key: deepcopy(one) for key, one in scope.activations.items()}
        for one in list(scope.activations.values()):
            change(one)

        def undo() -> None:
            scope.activations.update(before)

        return undo

    return strike


def _expired(one: Activation) -> None:
    one.expires = one.created


def _exhausted(one: Activation) -> None:
    one.registrations = one.limit


def _other_code(one: Activation) -> None:
    one.code = OTHER_CODE


def _deleted(scene: Scene) -> Undo | None:
    scope = _scope(scene)
    if scope is None or not scope.activations:
        return None
    before = dict(scope.activations)
    scope.activations.clear()
    return partial(scope.activations.update, before)


def _package(change: Callable[[dict[tuple[str, str], bytes]], object]) -> Strike:
    def strike(_: Scene) -> Undo:
        held = objects(REGION)
        before = dict(held)
        change(held)
        return partial(held.update, before)

    return strike


def _tampered(held: dict[tuple[str, str], bytes]) -> None:
    held[DEB] += b"and something of somebody's\n"


def _withdrawn(held: dict[tuple[str, str], bytes]) -> None:
    del held[DEB]


def _key_file(**members: Any) -> Strike:
    text = json.dumps(json.loads(public_key()) | members)
    return lambda scene: machines.file(scene.work_dir / SIGNING_KEY, text)


def _stopped(unit: str) -> Strike:
    def strike(scene: Scene) -> Undo | None:
        folder = scene.host(ONE)
        if not is_installed(folder, unit):
            return None
        systemctl(folder, "stop", unit)
        return partial(systemctl, folder, "start", unit)

    return strike


def _masked(unit: str, *, running: bool) -> Strike:
    def strike(scene: Scene) -> Undo | None:
        folder = scene.host(ONE)
        if running and not is_installed(folder, unit):
            return None
        if running:
            systemctl(folder, "stop", unit)
        link = folder / SETTINGS / f"{unit}.service"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.devnull)

        def undo() -> None:
            link.unlink()
            if running:
                systemctl(folder, "start", unit)

        return undo

    return strike


def _broken(scene: Scene) -> Undo | None:
    program = scene.host(ONE) / f"root/usr/bin/{SSM}"
    if not program.is_symlink():
        return None
    target = program.readlink()
    program.unlink()
    program.touch()

    def undo() -> None:
        program.unlink()
        program.symlink_to(target)

    return undo


def _homeless(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    file = folder / SETTINGS / f"{SSM}.service.d/hardening.conf"
    text = "[Service]\nUnsetEnvironment=HOME\n"
    return machines.together(
        [partial(restarted, folder, SSM), machines.file(file, text)]
    )


def _forbidden(scene: Scene) -> Undo:
    return machines.file(scene.host(ONE) / FORBIDDEN, "/root/.aws\n")


def _selinux(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    return machines.together(
        [
            _forbidden(scene),
            machines.tool(folder, "getenforce", "echo Enforcing"),
            machines.file(folder / "root/var/log/audit/audit.log", AVC),
        ]
    )


def _other_machine(scene: Scene) -> Undo | None:
    folder = scene.host(ONE)
    fingerprint = folder / "root" / FINGERPRINT
    if not fingerprint.exists():
        return None
    undo = machines.together(
        [
            partial(restarted, folder, SSM),
            machines.file(fingerprint, fingerprint.read_text()),
            machines.file(folder / "root/etc/machine-id", "0" * 31 + "1\n"),
        ]
    )
    restarted(folder, SSM)
    return undo


def _node(scene: Scene) -> tuple[Scope, Node] | None:
    scope = _scope(scene)
    for node in scope.nodes.values() if scope else ():
        if scope and node.details.get("ComputerName") == ONE:
            return scope, node
    return None


def _deregistered(scene: Scene) -> Undo | None:
    found = _node(scene)
    if found is None:
        return None
    scope, node = found
    del scope.nodes[node.node_id]

    def undo() -> None:
        with scene.world.lock:
            scope.nodes[node.node_id] = node
            if scene.world.managed is not None:
                apply_to(scene.world.managed, scope, node)
        # Refused meanwhile, it tries again only after half an hour.
        restarted(scene.host(ONE), SSM)

    return undo


def _twice(scene: Scene) -> Undo | None:
    found = _node(scene)
    if found is None:
        return None
    scope, node = found
    other = replace(
        node, node_id="mi-0eeeeeeeeeeeeeee0", last_ping=0.0, last_poll=None, inbox=[]
    )
    scope.nodes[other.node_id] = other
    return partial(scope.nodes.pop, other.node_id)


def _switched_off(scene: Scene) -> Undo:
    scene.fleet.power(ONE, False)
    return partial(scene.fleet.power, ONE, True)


def _other_profile(scene: Scene) -> Undo | None:
    folder = scene.host(ONE)
    common = folder / "root" / COMMON
    if not common.exists():
        return None
    text = common.read_text().replace('profile = "default"', 'profile = "monitoring"')
    undo = machines.together(
        [partial(restarted, folder, CLOUDWATCH), machines.file(common, text)]
    )
    restarted(folder, CLOUDWATCH)
    return undo


def _no_syslog(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    log = folder / "root/var/log/syslog"
    return machines.together(
        [machines.file(log, None), machines.tool(folder, "logger", "exit 0")]
    )


def _of(name: str, what: str, step: str, cause: str, strike: Strike) -> Trouble:
    return Trouble(name, what, step, cause, strike)


REGISTRATION: Final = (
    _of(
        "activation-expired",
        "The activation expires before the servers register.",
        STEP,
        "activation-expired",
        _activation(_expired),
    ),
    _of(
        "activation-exhausted",
        "Other servers used up the activation.",
        STEP,
        "activation-exhausted",
        _activation(_exhausted),
    ),
    _of(
        "activation-deleted",
        "Somebody deletes the activation before the servers register.",
        STEP,
        "activation-unknown",
        _deleted,
    ),
    _of(
        "activation-code-replaced",
        "The code in the secret store is another one than the activation's.",
        STEP,
        "activation-code-wrong",
        _activation(_other_code),
    ),
    _of(
        "node-listed-twice",
        "A server registered before, and its old node is still listed.",
        STEP,
        "node-registered-twice",
        _twice,
    ),
    _of(
        "node-deregistered",
        "Somebody deregisters a node in the console.",
        ATTACH,
        "node-deregistered",
        _deregistered,
    ),
    _of(
        "machine-id-renewed",
        "A server gets a new machine id after it registered.",
        ATTACH,
        "fingerprint-mismatch",
        _other_machine,
    ),
)
PACKAGE: Final = (
    _of(
        "package-tampered",
        "The agent's package was changed after AWS signed it.",
        STEP,
        "package-tampered",
        _package(_tampered),
    ),
    _of(
        "package-withdrawn",
        "AWS's bucket has no package for a server's system.",
        STEP,
        "package-not-there",
        _package(_withdrawn),
    ),
    _of(
        "signing-key-expired",
        "The signing key beside the parameters is last year's.",
        STEP,
        "signing-key-expired",
        _key_file(expired=True),
    ),
    _of(
        "signing-key-of-others",
        "The signing key beside the parameters is not the one they name.",
        STEP,
        "signing-key-other",
        _key_file(fingerprint=OTHER_KEY),
    ),
)
SERVICE: Final = (
    _of(
        "ssm-agent-masked",
        "Somebody masked the SSM Agent's service on a server.",
        STEP,
        "ssm-agent-masked",
        _masked(SSM, running=False),
    ),
    _of(
        "ssm-agent-broken",
        "The SSM Agent's program is damaged on a server.",
        STEP,
        "ssm-agent-crash-loops",
        _broken,
    ),
    _of(
        "ssm-agent-without-home",
        "A hardening drop-in takes HOME from the SSM Agent.",
        STEP,
        "ssm-agent-without-home",
        _homeless,
    ),
    _of(
        "selinux-denies-credentials",
        "SELinux does not let the SSM Agent write into /root/.aws.",
        STEP,
        "selinux-denies-credentials",
        _selinux,
    ),
    _of(
        "credentials-immutable",
        "Somebody made /root/.aws immutable.",
        STEP,
        "credentials-unwritable",
        _forbidden,
    ),
    _of(
        "ssm-agent-stopped",
        "Somebody stops the SSM Agent after it was online.",
        ATTACH,
        "ssm-agent-stopped",
        _stopped(SSM),
    ),
    _of(
        "node-switched-off",
        "A server is switched off after it was online.",
        ATTACH,
        "host-silent",
        _switched_off,
    ),
)
MONITORING: Final = (
    _of(
        "cloudwatch-agent-stopped",
        "Somebody stops the CloudWatch agent.",
        VERIFYING,
        "cloudwatch-agent-stopped",
        _stopped(CLOUDWATCH),
    ),
    _of(
        "cloudwatch-agent-masked",
        "Somebody masks the CloudWatch agent's service.",
        VERIFYING,
        "cloudwatch-agent-masked",
        _masked(CLOUDWATCH, running=True),
    ),
    _of(
        "cloudwatch-other-profile",
        "common-config.toml names a profile that does not exist.",
        VERIFYING,
        "cloudwatch-profile-missing",
        _other_profile,
    ),
    _of(
        "no-syslog",
        "A server has no rsyslog, so that there is no /var/log/syslog.",
        VERIFYING,
        "log-file-missing",
        _no_syslog,
    ),
)
TROUBLES: Final = (*REGISTRATION, *PACKAGE, *SERVICE, *MONITORING)
