"""
What an approval covers besides the plan: parameters, notebooks, library, targets.

Digests of the first three are over the bytes of files. How this machine reaches the
site is no part of it, as long as the connection lies in a file of its own.
"""

from __future__ import annotations

import os

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import closednet

from closednet.model import canonical
from closednet.run import models


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.params.site import SiteParams
    from closednet.site import Site

LIBRARY = Path(closednet.__file__).parent
NOT_LIBRARY = ("__pycache__", ".pyc")


def covers(site: Site, *, notebooks: bool = True) -> dict[str, str]:
    """
    Return the SHA-256 of everything that an approval covers, by name.

    Without `notebooks`, for a kernel: it compares the cells that really ran.
    """
    parts = [*_parameters(site), *_library(), *targets(site.params)]
    if notebooks:
        parts += [
            (f"notebooks/{path.name}", digest(path)) for path in models.notebooks()
        ]
    return dict(sorted(parts))


def cells() -> dict[str, tuple[str, ...]]:
    """
    Return the digests of the code cells of each model notebook, by its name.
    """
    return {path.stem: models.cells_of(path) for path in models.notebooks()}


def digest(path: Path) -> str:
    """
    Return the SHA-256 of a file, or what stands for a missing one.
    """
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def allowed_signers(site: Site) -> Path | None:
    """
    Return the file with the approvers' keys, if the site names one.
    """
    named = site.params.approvals.allowed_signers
    return site.params_file.parent / named if named else None


def _parameters(site: Site) -> Iterator[tuple[str, str]]:
    yield "parameters/the file", digest(site.params_file)
    key = site.params.ssm_agent.signing_key_file
    if key:
        yield "parameters/signing key", digest(site.params_file.parent / key)
    signers = allowed_signers(site)
    if signers is not None:
        yield "parameters/allowed signers", digest(signers)


def _library() -> Iterator[tuple[str, str]]:
    # Asked before every notebook: each look at a file that is saved counts.
    for folder, inner, files in os.walk(LIBRARY):
        inner[:] = [name for name in inner if name not in NOT_LIBRARY]
        for path in (Path(folder, name) for name in files):
            if path.suffix not in NOT_LIBRARY:
                name = path.relative_to(LIBRARY).as_posix()
                yield f"library/{name}", sha256(path.read_bytes()).hexdigest()


def targets(params: SiteParams) -> Iterator[tuple[str, str]]:
    """
    Yield the digest of everything that a rollout is aimed at, by name.
    """
    network = params.network
    named: dict[str, Any] = {
        "site": [params.site, params.region, params.generation],
        "network account": params.accounts.network.model_dump(mode="json"),
        "management account": params.accounts.management.model_dump(mode="json"),
        f"VPC {network.vpc_id}": [network.vpc_cidr, network.on_premises_cidrs],
        "output bucket": params.output.bucket,
        "session key": params.session.kms_key_arn,
    }
    if params.accounts.dns is not None:
        named["dns account"] = params.accounts.dns.model_dump(mode="json")
    for subnet in network.subnets:
        named[f"subnet {subnet.id}"] = subnet.model_dump(mode="json")
    for server in network.dns_servers:
        named[f"DNS server {server}"] = server
    for host in params.hosts:
        named[f"server {host.name}"] = host.model_dump(mode="json")
    for name, value in named.items():
        text = canonical.text(value)
        yield f"targets/{name}", sha256(text.encode()).hexdigest()
