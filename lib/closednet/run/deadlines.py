"""
Every day that is known today on which something of a site stops working.
"""

from __future__ import annotations

import json
import re
import ssl

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.activation_codes import ActivationCodes
from closednet.aws.activations import Activations
from closednet.aws.lifetimes import key_ages
from closednet.aws.nodes import ManagedNodes
from closednet.aws.secret_store import open_store
from closednet.evidence import openpgp
from closednet.model import foresight


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from closednet.hosts.facts import HostFacts
    from closednet.model.foresight import Deadline
    from closednet.site import Site

_valid_before: Final = re.compile(r'^(\S+)\s.*?valid-before="?(\d{8})(\d{4,6})?(Z?)"?')


def deadlines(
    site: Site, archive: Path, facts: Mapping[str, HostFacts]
) -> tuple[Deadline, ...]:
    """
    Return all of them, near or far; reads only.
    """
    return (
        *_activations(site),
        *_access_keys(site),
        *_certificates(site),
        *_signing_key(site),
        *_approvers(site),
        *_deposit(archive),
        *(
            one
            for host, seen in facts.items()
            for one in foresight.old_agent(host, seen.ssm_version)
        ),
    )


def _activations(site: Site) -> Iterator[Deadline]:
    management, params = site.management, site.params
    store = open_store(management, params, site.params_file.parent)
    codes = ActivationCodes(management, store)
    nodes = ManagedNodes(management)
    missing = Activations(
        management, codes, nodes, params, site.recorder
    ).missing_hosts()
    for state in codes.ours():
        # An activation that nobody waits for has done its work.
        if state.expires_at is not None and missing:
            yield foresight.activation(
                state.activation_id, state.expires_at, missing=len(missing)
            )


def _access_keys(site: Site) -> Iterator[Deadline]:
    if site.params.cloudwatch.credentials == "iam-user":
        user = site.params.cloudwatch.user_name
        for key in key_ages(site.management, user):
            yield foresight.access_key(key.key_id, user, key.made)


def _certificates(site: Site) -> Iterator[Deadline]:
    """
    Yield the ends of all certificates in files that the parameters name.
    """
    time_stamp = site.params.evidence.time_stamp
    for name in filter(
        None, (site.params.connection.ca_bundle, time_stamp.authority_file)
    ):
        path = site.params_file.parent / name
        if path.is_file():
            for subject, when in certificates(path):
                yield foresight.certificate(subject, Path(name).name, when)


def certificates(path: Path) -> tuple[tuple[str, datetime], ...]:
    """
    Return subject and end of each authority's certificate in a PEM file.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError):
        return ()
    found = []
    for one in context.get_ca_certs():
        subject: Any = one.get("subject", ())
        names = [value for part in subject for _, value in part]
        when = ssl.cert_time_to_seconds(str(one["notAfter"]))
        found.append((", ".join(map(str, names)), datetime.fromtimestamp(when, UTC)))
    return tuple(found)


def _signing_key(site: Site) -> Iterator[Deadline]:
    name = site.params.ssm_agent.signing_key_file
    path = site.params_file.parent / (name or "")
    when = openpgp.ends(path.read_text("utf-8")) if path.is_file() else None
    if when is not None:
        yield foresight.signing_key(path.name, when)


def _approvers(site: Site) -> Iterator[Deadline]:
    name = site.params.approvals.allowed_signers
    path = site.params_file.parent / (name or "")
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            found = _valid_before.match(line)
            if found:
                day = datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=UTC)
                yield foresight.approver(found[1], day)


def _deposit(archive: Path) -> Iterator[Deadline]:
    """
    Yield when the archive that was laid down stops being locked.
    """
    note = archive.with_name(f"{archive.stem}.deposit.json")
    if note.is_file():
        held = json.loads(note.read_text("utf-8"))
        place = f"s3://{held['bucket']}/{held['key']}"
        yield foresight.object_lock(place, datetime.fromisoformat(held["until"]))
