"""
The gate before the first write: is it approved, by enough people, here and now?

The digest says what is approved; this says by whom, until when, and over which
parameters, notebooks, library and targets. A site that demands no signatures passes
with the digest alone, inside its change window.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from closednet.errors import (
    ApprovalError,
    EvidenceError,
    PreconditionError,
    VoidApprovalError,
)
from closednet.evidence import signed_approvals
from closednet.evidence.run_folder import RunFolder, utc_now
from closednet.model import approval, demand
from closednet.run import approval_store, covered, executed


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from closednet.evidence.signed_approvals import ApprovalFile
    from closednet.model.approval import Judgement, Signed
    from closednet.model.demand import Demand
    from closednet.site import Site

NOTEBOOKS: Final = "notebooks/"
NAMED: Final = 8
DIGEST_ALONE: Final = "digest"
BY_SIGNATURES: Final = "ssh-signatures"


@dataclass(frozen=True)
class Gate:
    """
    What stands before the writes under one digest.

    `notebook` is the one that runs in this kernel; without it the files of all
    notebooks are compared.
    """

    site: Site
    digest: str
    rollback: bool = False
    notebook: str = ""
    clock: Callable[[], datetime] = field(default=utc_now)

    @property
    def demanded(self) -> Demand:
        """
        What the parameters demand.
        """
        return demand.of(self.site.params.approvals, rollback=self.rollback)

    def unchanged(self) -> None:
        """
        Go on only if nothing that an approval covers changed since.

        Raises:
            VoidApprovalError: Something did; all of it is named.
        """
        found = covered.covers(self.site)
        said = [
            (one.approver, approval.differences(one.statement.covers, found))
            for one in self._verified(self._approvals())[0]
        ]
        if not said:
            planned = approval_store.covered_when_planned(self.site, self.digest)
            said = [("", approval.differences(planned or found, found))]
        differing = [line for _, lines in said for line in lines]
        if differing:
            raise VoidApprovalError(
                f"approval {self.digest} covers something else:"
                f" {_listed(dict.fromkeys(differing))}",
                digest=self.digest,
                hint="put it back, or plan again and have the new request approved",
            )

    def require(
        self, steps: Iterable[str], folder: RunFolder | None = None
    ) -> Judgement | None:
        """
        Go on only if `steps` may be changed now, and keep in `folder` why.

        Returns None where the digest alone is enough.

        Raises:
            ApprovalError: Not enough people approved it yet.
            VoidApprovalError: The window is not open, or an approval does not hold.
        """
        now, demanded = self.clock(), self.demanded
        if folder is not None:
            approval_store.keep(folder, self.site, self.digest)
        self._window(now, demanded)
        if not demanded.signed:
            return None
        found = self._approvals()
        good, bad = self._verified(found)
        covers = covered.covers(self.site, notebooks=not self.notebook)
        judged = approval.judge(
            demanded, steps, map(self._as_compared, good), covers=covers, now=now
        )
        cells = self._cells(good)
        void = (*bad, *judged.void, *cells)
        if folder is not None:
            signers = self._allowed_signers()
            signed_approvals.keep_all(
                folder, found, allowed_signers=signers, demand=demanded
            )
            _tell(folder, self.digest, judged, void)
        if not judged.enough or cells:
            self._refuse(judged, void)
        return judged

    def _window(self, now: datetime, demanded: Demand) -> None:
        if not demanded.is_open(now):
            raise VoidApprovalError(
                f"the change window is not open: it is {approval.stamp(now)}, and changes"
                f" may be made from {' or from '.join(map(str, demanded.windows))}",
                digest=self.digest,
                hint="wait for it, or have approvals.windows changed, planned and"
                " approved anew",
            )

    def _allowed_signers(self) -> str:
        path = covered.allowed_signers(self.site)
        if path is None or not path.is_file():
            raise PreconditionError(
                "there is no file with the keys of the approvers",
                missing=("approvals.allowed_signers",),
                hint="put it where approvals.allowed_signers says, or mend that",
            )
        return path.read_text("utf-8")

    def _approvals(self) -> tuple[ApprovalFile, ...]:
        if not self.demanded.signed:
            return ()
        return signed_approvals.read(approval_store.places(self.site), self.digest)

    def _verified(
        self, found: Iterable[ApprovalFile]
    ) -> tuple[list[Signed], list[tuple[str, str]]]:
        good: list[Signed] = []
        bad: list[tuple[str, str]] = []
        for one in found:
            try:
                signed = one.verified(self._allowed_signers(), self.clock())
            except EvidenceError as err:
                bad.append((one.name, err.message))
                continue
            if signed.statement.rollout == self.digest:
                good.append(signed)
        return good, bad

    def _as_compared(self, signed: Signed) -> Signed:
        """
        Leave the notebooks' files out in a kernel: its cells are compared instead.
        """
        if not self.notebook:
            return signed
        kept = {
            name: digest
            for name, digest in signed.statement.covers.items()
            if not name.startswith(NOTEBOOKS)
        }
        return replace(signed, statement=replace(signed.statement, covers=kept))

    def _cells(self, good: Iterable[Signed]) -> list[tuple[str, str]]:
        if not self.notebook:
            return []
        ran = executed.cells()
        return [
            (
                one.approver,
                f"does not cover these cells of {self.notebook}: {_listed(cells)}",
            )
            for one in good
            if (
                cells := executed.foreign(
                    ran, one.statement.cells.get(self.notebook, ())
                )
            )
        ]

    def _refuse(self, judged: Judgement, void: Iterable[tuple[str, str]]) -> None:
        by_reason: dict[str, list[str]] = {}
        for who, why in void:
            by_reason.setdefault(why, []).append(who)
        lacking = "; ".join(judged.missing) or "enough people approved it"
        message = f"rollout {self.digest} may not be applied: {lacking}"
        if not by_reason:
            raise ApprovalError(
                message,
                digest=self.digest,
                hint="have it approved: closednet approve change-request.json",
            )
        reasons = "".join(
            f"\n  - approval of {', '.join(who)}: {why}"
            for why, who in by_reason.items()
        )
        raise VoidApprovalError(
            message + reasons,
            digest=self.digest,
            hint="an approval that does not hold is given anew: plan again, compare,"
            " and have it signed",
        )


def how(judged: Judgement | None) -> tuple[str, str]:
    """
    Return by whom and how something was approved; nobody where a digest was enough.
    """
    if judged is None:
        return "", DIGEST_ALONE
    return ", ".join(one.approver for one in judged.counted), BY_SIGNATURES


def _tell(
    folder: RunFolder,
    digest: str,
    judged: Judgement,
    void: Iterable[tuple[str, str]],
) -> None:
    folder.journal.record(
        "approvals-judged",
        digest=digest,
        counted=[
            {"approver": one.approver, "key": one.fingerprint} for one in judged.counted
        ],
        void=[{"approver": who, "why": why} for who, why in void],
        missing=list(judged.missing),
    )


def _listed(lines: Iterable[str]) -> str:
    found = list(lines)
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return "; ".join(found[:NAMED]) + more
