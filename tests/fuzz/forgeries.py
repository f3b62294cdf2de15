"""
What somebody may do who knows exactly how an archive is made, but has no key.

The forger changes what happened, then makes all digests anew: of files, of the
chain, of the manifest. An unsigned archive cannot show that. A signed one must,
whatever the forger does with its signatures.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closednet.evidence.signing import Ed25519File, SshKey
from closednet.evidence.verifier.envelope import envelope_text, signed_bytes
from closednet.evidence.verifier.place import ENVELOPE, MANIFEST, STAMP, covered
from closednet.evidence.verifier.seal import looked_for, sums_text
from closednet.evidence.verifier.strict import canonical, readable
from tests.unit.evidence.keyring import ed25519_key, ssh_key


if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.fuzz.archives import Specimen
    from tests.unit.evidence.keyring import Authority

JOURNAL = "journal.jsonl"
Held = dict[str, bytes]
Events = list[dict[str, Any]]


def change_record(held: Held, events: Events, rng: Random, number: int) -> str:
    """Tell something else than what happened."""
    kinds = sorted({e["kind"] for e in events} - {"opened"})
    kind = kinds[number % len(kinds)]
    event = rng.choice([e for e in events if e["kind"] == kind])
    if kind in {"change-started", "change-done"}:
        event["at"] = "2026-11-23T00:00:00.000Z"
    else:
        event["data"]["forged"] = rng.randrange(10**6)
    return str(kind)


def drop_record(held: Held, events: Events, rng: Random, number: int) -> str:
    """Leave out that something happened."""
    droppable = [e for e in events if e["kind"] in {"cell", "aws-call", "dns-question"}]
    event = rng.choice(droppable)
    events.remove(event)
    return str(event["kind"])


def add_record(held: Held, events: Events, rng: Random, number: int) -> str:
    """Tell of something that never happened."""
    data = {"operator": "somebody else", "number": number}
    events.insert(rng.randrange(1, len(events)), {**events[-1], "data": data})
    events[-1]["at"] = "2026-12-24T00:00:00.000Z"
    return "added"


def change_file(held: Held, events: Events, rng: Random, number: int) -> str:
    """Change a file and what the journal says of it."""
    names = sorted({e["data"]["file"] for e in events if "file" in e["data"]})
    names = [name for name in names if not name.startswith("approvals/")]
    name = names[number % len(names)]
    held[name] += b"\n"
    for event in events:
        if event["data"].get("file") == name:
            event["data"]["sha256"] = sha256(held[name]).hexdigest()
    return str(name)


def smuggle_change(held: Held, events: Events, rng: Random, number: int) -> str:
    """Change approval and deed together: another change, approved after the fact."""
    names = sorted(n for n in held if n.startswith("approvals/activation"))
    entry = json.loads(held[names[0]])
    entry["by"] = f"nobody-{number}"
    held[names[0]] = readable(entry).encode()
    for event in events:
        if event["data"].get("file") == names[0]:
            event["data"]["sha256"] = sha256(held[names[0]]).hexdigest()
            event["data"]["by"] = entry["by"]
    return "approval"


def rechained(events: Events) -> bytes:
    """
    Return the journal with its chain made anew.
    """
    prev, lines = "0" * 64, []
    for number, event in enumerate(events, start=1):
        body = {k: v for k, v in event.items() if k != "hash"}
        body |= {"n": number, "prev": prev}
        prev = sha256(canonical(body).encode()).hexdigest()
        lines.append(canonical({**body, "hash": prev}).encode() + b"\n")
        event.update({**body, "hash": prev})
    return b"".join(lines)


def remade(held: Held, events: Events, **predicate: Any) -> None:
    """
    Make journal, manifest and sums anew, as sealing does.
    """
    held[JOURNAL] = rechained(events)
    manifest = json.loads(held[MANIFEST])
    manifest["subject"] = [
        {"name": name, "digest": {"sha256": sha256(held[name]).hexdigest()}}
        for name in covered(held)
    ]
    manifest["predicate"] |= {
        "journal": {"events": len(events), "head": events[-1]["hash"]},
        "kinds": dict(sorted(Counter(e["kind"] for e in events).items())),
        "scanned_for": looked_for(events),
        **predicate,
    }
    held[MANIFEST] = readable(manifest).encode()


def keep_envelope(made: Specimen, held: Held, events: Events, rng: Random) -> None:
    """Leave the old signatures as they are."""
    remade(held, events)


def keep_signatures(made: Specimen, held: Held, events: Events, rng: Random) -> None:
    """Put the new manifest into the envelope, under the old signatures."""
    remade(held, events)
    envelope = json.loads(held[ENVELOPE])
    envelope["payload"] = base64.b64encode(held[MANIFEST]).decode()
    held[ENVELOPE] = readable(envelope).encode()
    _stamp(made, held, rng)


def own_key_under_their_name(
    made: Specimen, held: Held, events: Events, rng: Random
) -> None:
    """Sign with a key of one's own, under the names of theirs."""
    remade(held, events)
    envelope = json.loads(envelope_text(held[MANIFEST], _own(made, held)))
    named = json.loads(held[ENVELOPE])["signatures"]
    for own, their in zip(envelope["signatures"], named, strict=True):
        own["keyid"] = their["keyid"]
        if rng.random() < 0.5:
            own["public_key"] = their["public_key"]
    held[ENVELOPE] = readable(envelope).encode()
    _stamp(made, held, rng)


def own_key(made: Specimen, held: Held, events: Events, rng: Random) -> None:
    """Sign with a key of one's own, under its own name."""
    signatures = _own(made, held)
    remade(held, events, signers=[one.keyid for one in signatures])
    held[ENVELOPE] = envelope_text(held[MANIFEST], _own(made, held)).encode()
    _stamp(made, held, rng)


def no_signature(made: Specimen, held: Held, events: Events, rng: Random) -> None:
    """Make an unsigned archive of it."""
    remade(held, events, signers=[], timestamp=False)
    del held[ENVELOPE], held[STAMP]


def replay(made: Specimen, held: Held, events: Events, rng: Random) -> None:
    """Take envelope and stamp, or all of the seal, of another run."""
    remade(held, events)
    taken = (ENVELOPE, STAMP, MANIFEST) if rng.random() < 0.5 else (ENVELOPE, STAMP)
    held.update({name: made.other[name] for name in taken})


def foreign_stamp(made: Specimen, held: Held, events: Events, rng: Random) -> None:
    """Change nothing but the time: a stamp of another authority, or of before."""
    if made.foreign is None or rng.random() < 0.5:
        held[STAMP] = made.other[STAMP]
    else:
        held[STAMP] = _stamped(made.foreign, held[ENVELOPE])


DEEDS: dict[str, Callable[[Held, Events, Random, int], str]] = {
    "a record changed": change_record,
    "a record left out": drop_record,
    "a record invented": add_record,
    "a file changed": change_file,
    "an approval changed": smuggle_change,
}
COVERS: dict[str, Callable[[Specimen, Held, Events, Random], None]] = {
    "old envelope": keep_envelope,
    "old signatures": keep_signatures,
    "own key, their name": own_key_under_their_name,
    "own key": own_key,
    "unsigned": no_signature,
    "seal of another run": replay,
}


def forged(made: Specimen, deed: str, cover: str, rng: Random, number: int) -> Held:
    """
    Return the archive after a deed and the attempt to cover it.
    """
    held = dict(made.files)
    events = [json.loads(line) for line in held[JOURNAL].splitlines()]
    if deed:
        made.seen.add(DEEDS[deed](held, events, rng, number))
    if cover:
        COVERS[cover](made, held, events, rng)
    else:
        foreign_stamp(made, held, events, rng)
    held["manifest.sha256"] = sums_text(held).encode()
    return held


def made_anew(made: Specimen, deed: str, rng: Random, number: int) -> Held:
    """
    Return an unsigned archive that somebody made anew, all of it, after a deed.
    """
    held = dict(made.files)
    events = [json.loads(line) for line in held[JOURNAL].splitlines()]
    DEEDS[deed](held, events, rng, number)
    remade(held, events)
    held["manifest.sha256"] = sums_text(held).encode()
    return held


def _own(made: Specimen, held: Held) -> list[Any]:
    folder = made.workshop / "forger"
    if not folder.is_dir():
        folder.mkdir()
        ed25519_key(folder / "seal.pem")
        ssh_key(folder / "alice")
    signers = (Ed25519File(folder / "seal.pem"), SshKey(folder / "alice"))
    return [signer.sign(signed_bytes(held[MANIFEST])) for signer in signers]


def _stamp(made: Specimen, held: Held, rng: Random) -> None:
    """
    Stamp the envelope by an authority that nobody named, or keep the old stamp.
    """
    if made.foreign is not None and rng.random() < 0.5:
        held[STAMP] = _stamped(made.foreign, held[ENVELOPE])


def _stamped(authority: Authority, data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data"
        path.write_bytes(data)
        asked = ["openssl", "ts", "-query", "-data", str(path), "-sha256", "-cert"]
        question = subprocess.run(asked, check=True, capture_output=True).stdout
    return authority.stamp(question)
