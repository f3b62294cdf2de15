"""
What an archive says that a site is: the baseline of a later audit.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from pydantic import ValidationError

from closednet.errors import EvidenceError
from closednet.evidence import archive, codec, deciders, files, portrait
from closednet.evidence.verifier import place as places
from closednet.evidence.verifier.chain import JOURNAL, chain_problems
from closednet.model.change import Create, Delete, Found, Manual, Update, key_of
from closednet.model.plan import Plan
from closednet.model.receipt import Done, Receipt
from closednet.params.site import SiteParams
from closednet.site import NOT_OF_THE_SITE


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from closednet.evidence.portrait import Portrait, Section
    from closednet.model.change import Spec


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A resource as an archive left it; without `spec` it is only known to stand.
    """

    step: str
    resource_id: str = ""
    spec: Spec | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """
    A verified archive: where, when, what stood, how names were answered.
    """

    portrait: Portrait
    ended: str
    parameters: Section
    answers: Section
    resources: Mapping[str, Standing]

    @property
    def site(self) -> str:
        """
        Whose archive it is.
        """
        return self.portrait.site


def read(path: Path) -> Baseline:
    """
    Return the baseline in an archive, a folder or packed.

    Raises:
        EvidenceError: The archive does not hold, so nothing can be held against it.
    """
    problems = archive.verify(path)
    if problems:
        raise EvidenceError(
            f"{path.name} is no baseline: {problems[0]} ({len(problems)} problem(s))",
            hint="take an archive that verifies: closednet evidence verify DIR",
        )
    seen = portrait.of(path)
    held = places.read_place(path).files
    _, events = chain_problems(held[JOURNAL])
    known = _understood(held.get("params.yaml", b""))
    described = (
        parameters(known) if known else _of_the_site(seen.sections["parameters"])
    )
    return Baseline(
        seen,
        str(events[-1]["at"]),
        described,
        _settled(seen.sections["DNS answers"], events),
        _resources(held, events),
    )


def _settled(answers: Section, events: Iterable[dict[str, Any]]) -> Section:
    """
    Leave out answers from before something changed that decides about them.

    A rollout asks some names on its way only: the last answer is not how it was left.
    """
    changed: dict[str, int] = {}
    asked: dict[str, int] = {}
    for event in events:
        data = event["data"]
        if event["kind"] == "change-done":
            changed[key_of(codec.decode(data["done"], Done).change)] = event["n"]
        elif event["kind"] == "dns-question":
            asked[portrait.question(data)] = event["n"]
    return {
        key: thing
        for key, thing in answers.items()
        if all(
            changed.get(decider, 0) < asked.get(key, 0)
            for decider in deciders.of_name(key.partition(" ")[0])
        )
    }


def _understood(raw: bytes) -> SiteParams | None:
    """
    Return archived parameters with what has got defaults since, if they are readable.
    """
    try:
        return SiteParams.model_validate_json(json.dumps(yaml.safe_load(raw)))
    except (ValidationError, yaml.YAMLError):
        return None


def _resources(
    held: Mapping[str, bytes], events: Iterable[dict[str, Any]]
) -> dict[str, Standing]:
    """
    Return what stood at the end: as it was found, then as it was changed.
    """
    found: dict[str, Standing] = {}
    for event in events:
        data = event["data"]
        step = str(data.get("step", ""))
        match event["kind"]:
            case "inspected":
                found |= _inspected(step, data)
            case "plan" if step != "rollout":
                plan = codec.decode(_json(held, data)["plan"], Plan)
                for kept in plan.kept:
                    found.setdefault(kept.key, Standing(step))
            case "change-done":
                _changed(found, step, codec.decode(data["done"], Done))
            case "receipt":
                _done_by_people(found, codec.decode(_json(held, data), Receipt), held)
            case _:
                pass
    return found


def _inspected(step: str, data: Mapping[str, Any]) -> dict[str, Standing]:
    seen = {
        key: codec.decode(one, Found)
        for key, one in (data.get("resources") or {}).items()
    }
    return {key: Standing(step, one.resource_id, one.spec) for key, one in seen.items()}


def _changed(found: dict[str, Standing], step: str, done: Done) -> None:
    match done.change:
        case Create(new=spec) | Update(new=spec):
            before = found.get(spec.key, Standing(step))
            resource_id = done.resource_id or before.resource_id
            found[spec.key] = Standing(step, resource_id, spec)
        case Delete(old=spec):
            found.pop(spec.key, None)
        case _:
            pass


def _done_by_people(
    found: dict[str, Standing], receipt: Receipt, held: Mapping[str, bytes]
) -> None:
    """
    Add the work of people that had shown when a step was applied.
    """
    name = f"plans/{receipt.step}.json"
    if name not in held or receipt.undoes:
        return
    plan = codec.decode(portrait.parsed(held[name]).get("plan"), Plan)
    for change in plan.changes:
        if isinstance(change, Manual) and change not in receipt.waiting:
            if change.undo:
                found.pop(key_of(change), None)
            else:
                found[key_of(change)] = Standing(receipt.step, "", change.spec)


def _json(held: Mapping[str, bytes], data: Mapping[str, Any]) -> dict[str, Any]:
    return portrait.parsed(held[str(data["file"])])


def as_portrait(baseline: Baseline) -> Portrait:
    """
    Return what can be compared with the world today, section by section.
    """
    resources = {
        key: portrait.thing(one.spec, one.resource_id)
        for key, one in baseline.resources.items()
    }
    sections = baseline.portrait.sections
    parts = {
        "resources": resources,
        "parameters": baseline.parameters,
        "DNS answers": baseline.answers,
        "servers": sections["servers"],
    }
    return replace(baseline.portrait, sections=parts)


def parameters(params: SiteParams) -> Section:
    """
    Return parameters as an archive keeps them, without the machine's own.
    """
    held = files.without_keys(params.model_dump(mode="json"))
    return _of_the_site(portrait.parameters(held))


def _of_the_site(section: Section) -> Section:
    return {
        path: thing
        for path, thing in section.items()
        if path.partition(".")[0] not in NOT_OF_THE_SITE
    }
