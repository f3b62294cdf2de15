"""
`closednet diagnose`: what is wrong at a site, named with evidence; nothing is written.
"""

from __future__ import annotations

import json
import sys

from typing import TYPE_CHECKING, Any, Final

from closednet.diagnosis.doctor import Doctor
from closednet.model import canonical
from closednet.model.causes import CAUSES
from closednet.render.closing import table_view
from closednet.site import open_site


if TYPE_CHECKING:
    from argparse import Namespace

    from closednet.model.causes import Diagnosis, Finding

FOUND: Final = 1
CANNOT_LOOK: Final = 5
REACHED: Final = {
    "preflight": "nothing is made yet: only the VPC and its routes were judged",
    "endpoints": "looked as far as the interface endpoints, which is all there is",
    "inbound-endpoint": "looked as far as the inbound endpoint, which is all there is",
    "hosted-zone": "looked as far as the hosted zone, which is all there is",
    "servers": "looked from here, from the DNS servers and from the servers",
}


def diagnose(arguments: Namespace) -> int:
    """
    Look from every vantage point and print the causes that were found.
    """
    doctor = Doctor(open_site(arguments.params), tell=_progress)
    doctor.site.confirm_accounts()
    stage = doctor.stage()
    found = doctor.everything(stage)
    if arguments.json:
        print(json.dumps(_as_json(found, stage, doctor.unseen), ensure_ascii=False))
    else:
        _show(found, stage, doctor.unseen)
    if found:
        return FOUND
    return CANNOT_LOOK if doctor.unseen else 0


def _progress(text: str) -> None:
    print(f"{text} ...", file=sys.stderr, flush=True)


def _as_json(found: Diagnosis, stage: str, unseen: list[str]) -> dict[str, Any]:
    return {
        "stage": stage,
        "causes": [canonical.to_json(finding) for finding in found.named],
        "left_open": list(found.left_open),
        "not_looked_at": unseen,
    }


def _show(found: Diagnosis, stage: str, unseen: list[str]) -> None:
    for number, finding in enumerate(found.named, 1):
        print("\n".join(_lines(number, finding)))
        print()
    if found.left_open:
        print("what was seen does not single out one cause; these are open:")
        rows = [(c, CAUSES[c].what, CAUSES[c].remedy_for()) for c in found.left_open]
        print(table_view("", ("cause", "what", "remedy"), rows).text())
        print()
    for said in unseen:
        print(f"not looked at: {said}")
    if found.named:
        counted = dict.fromkeys(found.causes, 0)
        for finding in found.named:
            counted[finding.cause] += 1
        rows = [(c, str(n), CAUSES[c].who) for c, n in counted.items()]
        print(table_view("", ("cause", "places", "who mends it"), rows).text())
        print()
    print(REACHED[stage])
    count = len(found.causes)
    print(f"{count} cause{'' if count == 1 else 's'} found" if found else _well(unseen))


def _lines(number: int, finding: Finding) -> list[str]:
    about = f" ({finding.subject})" if finding.subject else ""
    return [
        f"{number}. {finding.cause}{about}",
        f"   what:   {finding.what}",
        f"   seen:   {finding.evidence}",
        f"   remedy: {finding.remedy}",
        f"   who:    {finding.who}",
    ]


def _well(unseen: list[str]) -> str:
    return "nothing wrong where it could be looked" if unseen else "nothing wrong"
