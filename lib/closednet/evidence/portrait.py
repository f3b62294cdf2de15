"""
What a run says about a site: resources, answers, servers, checks; no text, no times.

Two portraits can be compared, of two runs or of two sites.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet.errors import EvidenceError, HostError
from closednet.evidence import codec
from closednet.evidence.verifier import place as places
from closednet.evidence.verifier.chain import JOURNAL, chain_problems
from closednet.evidence.verifier.strict import canonical
from closednet.hosts import facts
from closednet.model.change import Delete, Manual, Update, key_of
from closednet.model.plan import Plan
from closednet.model.receipt import Done, Receipt
from closednet.model.report import Report


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from closednet.model.change import AnyChange

# One thing: its attributes by name. A section: its things by key.
Thing = dict[str, str]
Section = dict[str, Thing]
STATE: Final = "state"
IDENTITY: Final = "id"
# What differs between two looks at a server that is the same.
FLEETING: Final = {"host", "disk_free_mb", "clock_skew_s", "marks"}
ABOUT: Final = ("region", "params_digest", "simulated")


@dataclass(frozen=True, slots=True)
class Portrait:
    """
    A run's site, name, and sections.
    """

    site: str
    run_id: str
    sections: dict[str, Section]


def of(path: Path) -> Portrait:
    """
    Return the portrait of the run in a folder or in a packed archive.

    Raises:
        EvidenceError: It holds no run, or one of another version of the model.
    """
    place = places.read_place(path)
    _, events = chain_problems(place.files.get(JOURNAL, b""))
    if not events:
        raise EvidenceError(
            f"{path} holds no run", hint="give the folder of one run, or its .zip"
        )
    about = _about(events)
    sections: dict[str, Section] = {
        "site": {name: {"": _word(about[name])} for name in ABOUT if name in about},
        "parameters": _flat(_yaml(place.files.get("params.yaml", b""))),
        "versions": _flat(parsed(place.files.get("versions.json", b"{}"))),
        "resources": _resources(place.files, events),
        "DNS answers": _answers(events),
        "servers": _servers(events),
        "checks": _checks(place.files),
    }
    return Portrait(str(about.get("site", "")), place.name, sections)


def _about(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    about: dict[str, Any] = {}
    for event in events:
        if event["kind"] == "run":
            about |= event["data"]
    return about


def _resources(
    files: dict[str, bytes], events: Iterable[dict[str, Any]]
) -> dict[str, Thing]:
    """
    Return each resource as this run left it: as planned, as it stood, as made.
    """
    found: dict[str, Thing] = {}
    for name in sorted(files):
        if name.startswith("plans/") and name != "plans/rollout.json":
            plan = codec.decode(parsed(files[name]).get("plan"), Plan)
            found |= {key_of(c): _thing(c, "planned") for c in plan.changes}
            found |= {kept.key: {STATE: "stands"} for kept in plan.kept}
        elif name.startswith("receipts/"):
            receipt = codec.decode(parsed(files[name]), Receipt)
            found |= {key_of(c): _thing(c, "waits for people") for c in receipt.waiting}
    for event in events:
        if event["kind"] == "change-done":
            done = codec.decode(event["data"]["done"], Done)
            made = _thing(done.change, "stands") | {IDENTITY: done.resource_id}
            found[key_of(done.change)] = made
    return found


def _thing(change: AnyChange, state: str) -> Thing:
    if isinstance(change, Delete):
        return {STATE: "removed" if state == "stands" else state}
    if isinstance(change, Manual):
        spec, more = change.spec, {"who": change.who}
    else:
        spec, more = change.new, {}
    if isinstance(change, Update) and state == "planned":
        more = {"before": _word(codec.encode(change.old))}
    return {STATE: state} | more | _attributes(spec)


def _attributes(spec: object) -> Thing:
    encoded = codec.encode(spec)
    held = encoded if isinstance(encoded, dict) else {}
    return {k: _word(v) for k, v in held.items() if k != "is"}


def thing(spec: object | None, resource_id: str) -> Thing:
    """
    Return a resource that stands, as portraits have it.
    """
    # What stands on a server has no id that AWS gave; receipts and looks call it otherwise.
    is_of_aws = bool(resource_id) and not hasattr(spec, "host")
    known = {IDENTITY: resource_id} if is_of_aws else {}
    return {STATE: "stands"} | known | (_attributes(spec) if spec is not None else {})


def server(one: facts.HostFacts) -> Thing:
    """
    Return a server as portraits have it, without what changes by itself.
    """
    return {
        field.name: _word(codec.encode(getattr(one, field.name)))
        for field in fields(one)
        if field.name not in FLEETING
    }


def parameters(params: object) -> Section:
    """
    Return parameters as portraits have them, one value a path.
    """
    return _flat(params)


def _answers(events: Iterable[dict[str, Any]]) -> dict[str, Thing]:
    """
    Return the last answer to each question; the last one is how the site is left.
    """
    found: dict[str, Thing] = {}
    for event in events:
        if event["kind"] == "dns-question":
            answer = event["data"].get("answer") or event["data"]
            key = question(event["data"])
            words = ", ".join(sorted(answer.get("addresses") or ()))
            found[key] = {"": words or str(answer.get("rcode", ""))}
    return found


def question(data: dict[str, Any]) -> str:
    """
    Return under which key the answer to a question stands, from its event.
    """
    answer = data.get("answer") or data
    asked = ("name", "rdtype", "server")
    return "{} {} at {}".format(*(answer.get(name, "") for name in asked))


def _servers(events: Iterable[dict[str, Any]]) -> dict[str, Thing]:
    """
    Return the last facts about each server.
    """
    found: dict[str, Thing] = {}
    for event in events:
        data = event["data"]
        if event["kind"] == "host-transcript" and data.get("script") == "facts":
            try:
                one = facts.parse(str(data.get("host")), str(data.get("stdout")))
            except HostError:
                continue
            found[one.host] = server(one)
    return found


def _checks(files: dict[str, bytes]) -> dict[str, Thing]:
    found: dict[str, Thing] = {}
    for name in sorted(files):
        if name.startswith("reports/"):
            report = codec.decode(parsed(files[name]), Report)
            for check in report.checks:
                verdict = "holds" if check.passed else "does not hold"
                found[f"{report.step}: {check.claim}"] = {"": verdict}
    return found


def _flat(value: Any, path: str = "") -> dict[str, Thing]:
    """
    Return nested data as one value a path, such as `network.subnets[0].id`.
    """
    if isinstance(value, dict) and value:
        inner = ((f"{path}.{name}".lstrip("."), item) for name, item in value.items())
    elif isinstance(value, list) and value and not _is_plain(value):
        inner = ((f"{path}[{n}]", item) for n, item in enumerate(value))
    else:
        return {path: {"": _word(value)}} if path else {}
    return {
        key: thing for name, item in inner for key, thing in _flat(item, name).items()
    }


def _is_plain(items: list[Any]) -> bool:
    return not any(isinstance(item, dict | list) for item in items)


def _word(value: Any) -> str:
    if isinstance(value, list) and _is_plain(value):
        return ", ".join(map(str, value)) or "none"
    return value if isinstance(value, str) else canonical(value)


def parsed(raw: bytes) -> dict[str, Any]:
    """
    Return the JSON object in a file of a run.

    Raises:
        EvidenceError: There is none.
    """
    try:
        value = json.loads(raw)
    except ValueError as err:
        raise EvidenceError(
            f"a file of the run is no JSON: {err}", hint="verify the archive first"
        ) from err
    return value if isinstance(value, dict) else {}


def _yaml(raw: bytes) -> Any:
    try:
        return yaml.safe_load(raw)
    except yaml.YAMLError as err:
        raise EvidenceError(
            f"params.yaml cannot be read: {err}", hint="verify the archive first"
        ) from err
