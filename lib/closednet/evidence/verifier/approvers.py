"""
Who approved: statements in the archive, signed with the approvers' own SSH keys.
"""

from __future__ import annotations

import base64

from typing import TYPE_CHECKING

from closednet.evidence.verifier.keys import UnknownKindError
from closednet.evidence.verifier.sshsig import (
    ssh_holds_or_ask,
    ssh_key_id,
    ssh_key_of,
    unarmoured,
)
from closednet.evidence.verifier.strict import parse_object
from closednet.evidence.verifier.tools import NoToolError


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.evidence.verifier.findings import Findings

SIGNED = "approvals/signed/"
STATEMENT_END = ".approval.json"
SIGNATURE_END = ".sig"
ALLOWED = f"{SIGNED}allowed_signers"
APPROVAL_NAMESPACE = "closednet-approval"


def check_approvers(files: Mapping[str, bytes], findings: Findings) -> None:
    """
    Judge every signed approval; say whose signature holds.

    Whether they were enough was judged before the change, by what the site demanded
    then, which lies beside them.
    """
    for name in sorted(files):
        if not name.startswith(SIGNED):
            continue
        if name.endswith(STATEMENT_END):
            _check_statement(files, name, findings)
        elif name.endswith(SIGNATURE_END) and name[: -len(SIGNATURE_END)] not in files:
            findings.problems.append(f"{name}: is the signature of nothing")


def _check_statement(files: Mapping[str, bytes], name: str, findings: Findings) -> None:
    statement = parse_object(files[name])
    who, rollout = statement.get("approver"), statement.get("rollout")
    try:
        blob = unarmoured(files.get(f"{name}{SIGNATURE_END}", b"").decode())
        key = ssh_key_of(blob)
        holds = ssh_holds_or_ask(blob, APPROVAL_NAMESPACE, files[name])
    except ValueError:
        holds, key = False, b""
    except (UnknownKindError, NoToolError) as err:
        findings.unchecked.append(f"{name}: {err}")
        return
    if not holds or not _is_allowed(files, str(who), key):
        findings.problems.append(f"{name}: is not signed by {who}")
        return
    findings.facts.append(f"{rollout} approved by {who}, key {ssh_key_id(key)}")


def _is_allowed(files: Mapping[str, bytes], who: str, key: bytes) -> bool:
    """
    Tell whether the archive's own list of keys has this one for this person.
    """
    coded = base64.b64encode(key).decode()
    lines = files.get(ALLOWED, b"").decode("utf-8", "replace").splitlines()
    words = [line.split() for line in lines if not line.lstrip().startswith("#")]
    return any(coded in line and who in line[0].split(",") for line in words if line)
