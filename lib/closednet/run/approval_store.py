"""
Where a site keeps what belongs to its plans: requests, approvals, what they cover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.evidence import change_request, codec, files, signed_approvals
from closednet.run import covered


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from closednet.evidence.change_request import RequestFile
    from closednet.evidence.run_folder import RunFolder
    from closednet.site import Site

APPROVALS: Final = "approvals"


def store(site: Site) -> Path:
    """
    Return the folder of the site's plans, which belongs to no run.
    """
    return site.evidence_root / site.params.site / "plans"


def places(site: Site) -> tuple[Path, ...]:
    """
    Return the folders in which signed approvals are looked for.
    """
    beside = site.params_file.parent / site.params.approvals.folder
    return (store(site) / APPROVALS, beside)


def remember(site: Site, digest: str, request: RequestFile | None = None) -> None:
    """
    Keep what is covered as a plan with this digest is made, and its request.
    """
    folder = store(site)
    files.write_json(_covers(folder, digest), {"covers": {**covered.covers(site)}})
    if request is not None:
        files.write_text(_request(folder, digest), request.text)


def bring(site: Site, digest: str, folders: Iterable[Path]) -> None:
    """
    Copy the approvals of a rollout, and its change request, from where people sent them.

    What the request covers is then what counts, whatever was planned here.
    """
    folder = store(site)
    given = tuple(folders)
    for approval in signed_approvals.read(given, digest):
        signed_approvals.write(folder / APPROVALS, approval)
    for path in (place.parent / change_request.FILE for place in given):
        request = change_request.read(path) if path.is_file() else None
        if request is not None and request.rollout.digest == digest:
            covers = {**request.request.covers}
            files.write_json(_covers(folder, digest), {"covers": {**covers}})
            files.write_text(_request(folder, digest), path.read_text("utf-8"))


def covered_when_planned(site: Site, digest: str) -> dict[str, str]:
    """
    Return what was covered when this digest was planned here; nothing if it was not.
    """
    path = _covers(store(site), digest)
    if not path.is_file():
        return {}
    return {str(k): str(v) for k, v in codec.read_json(path)["covers"].items()}


def keep(folder: RunFolder, site: Site, digest: str) -> None:
    """
    Keep in a run what is covered now, and the change request if there is one.
    """
    place = signed_approvals.REQUEST
    text = files.json_text({"covers": {**_covers_now(site)}})
    signed_approvals.keep(folder, "covered", f"{place}/covers.json", text)
    path = _request(store(site), digest)
    if path.is_file():
        name = f"{place}/{change_request.FILE}"
        text = path.read_text("utf-8")
        signed_approvals.keep(folder, "change-request", name, text)


def _covers_now(site: Site) -> dict[str, str]:
    try:
        return covered.covers(site)
    except PreconditionError:
        # Notebooks that run elsewhere than in their checkout.
        return covered.covers(site, notebooks=False)


def _covers(folder: Path, digest: str) -> Path:
    return folder / f"{digest}.covers.json"


def _request(folder: Path, digest: str) -> Path:
    return folder / f"{digest}.{change_request.FILE}"
