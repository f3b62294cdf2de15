"""
What somebody may do to an archive who does not know how it is made.
"""

from __future__ import annotations

import io
import json
import zipfile

from typing import TYPE_CHECKING

from tests.fuzz.archives import Files, Folder, Link, Node


if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.fuzz.archives import Specimen

JOURNAL = "journal.jsonl"


class NothingToDoError(Exception):
    """
    This mutation does not fit this archive.
    """


def pick(made: Specimen, number: int, end: str = "") -> str:
    """
    Return a file: each of them in turn, so that none is left out.
    """
    names = sorted(name for name in made.files if name.endswith(end))
    return names[number % len(names)]


def flip(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Flip one bit of a file."""
    name = pick(made, number)
    raw = bytearray(made.files[name])
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    files[name] = bytes(raw)
    return name


def cut(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Cut a file off somewhere."""
    name = pick(made, number)
    files[name] = made.files[name][: rng.randrange(len(made.files[name]))]
    return name


def insert(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Put a byte into a file, or at its end."""
    name = pick(made, number)
    raw = made.files[name]
    at = rng.choice([rng.randrange(len(raw)), len(raw)])
    files[name] = raw[:at] + rng.choice([b"\0", b" ", b"\n", b"0"]) + raw[at:]
    return name


def leave_out_bytes(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Leave a byte of a file out."""
    name = pick(made, number)
    raw = made.files[name]
    at = rng.randrange(len(raw))
    files[name] = raw[:at] + raw[at + 1 :]
    return name


def drop(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Drop a file."""
    name = pick(made, number)
    del files[name]
    return name


def rename(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Give a file another name."""
    name = pick(made, number)
    other = rng.choice([f"{name}.bak", f"x/{name}", name.upper(), f"{name} "])
    files[other] = files.pop(name)
    return name


def swap(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Give a file the content of another."""
    name = pick(made, number)
    others = [o for o in made.files if made.files[o] != made.files[name]]
    other = rng.choice(sorted(others))
    files[name], files[other] = made.files[other], made.files[name]
    return name


def add(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Add a file, or an empty folder."""
    where = rng.choice(["", "plans/", "receipts/", "notebooks/", "a/b/", ".", "\u00e9"])
    name = f"{where}added-{number}"
    copied = made.files[pick(made, number)]
    nodes: list[Node] = [b"", b"{}", Folder(), copied]
    files[name] = rng.choice(nodes)
    return JOURNAL


def link(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Put a symbolic link to the very same bytes in a file's place."""
    name = pick(made, number)
    aside = made.workshop / f"linked-{number}"
    aside.write_bytes(made.files[name])
    files[name] = Link(str(aside))
    return name


def link_more(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Add a symbolic link: to a file, a folder, nothing, out of the archive."""
    target = rng.choice([JOURNAL, "plans", "none", "/etc/passwd", "../.."])
    files[f"link-{number}"] = Link(target)
    return JOURNAL


def splice(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Take a file from another run of the site."""
    names = sorted(n for n in made.files if made.other.get(n) != made.files[n])
    name = names[number % len(names)]
    if name not in made.other:
        raise NothingToDoError
    files[name] = made.other[name]
    return name


def splice_all(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Take several files, such as journal and seal, from another run."""
    names = sorted(n for n in made.files if n in made.other)
    chosen = rng.sample(names, rng.randrange(2, len(names) + 1))
    files.update({name: made.other[name] for name in chosen})
    return chosen[0]


def replace_verifier(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Replace the verifier that lies in the archive."""
    says = rng.choice(["print('the archive holds')", "pass", "import sys; sys.exit(0)"])
    files["verify.py"] = f"# {number}\n{says}\n".encode()
    return "verify.py"


def respell(made: Specimen, files: Files, rng: Random, number: int) -> str:
    """Spell JSON differently: the same data, or nearly the same."""
    name = pick(made, number, ".json")
    data = json.loads(made.files[name])
    text = made.files[name].decode()
    files[name] = rng.choice(
        [
            json.dumps(data).encode(),
            json.dumps(data, indent=2, ensure_ascii=False).encode(),
            b"\xef\xbb\xbf" + made.files[name],
            text.replace("\n", "\r\n").encode(),
            text.replace("{", '{"_type": 1, ', 1).encode(),
            text.replace("{", '{"plan": null, "subject": [], ', 1).encode(),
            text.replace(":", ": NaN, 'x':", 1).encode(),
            json.dumps([data]).encode(),
            b"[" * 100_000,
        ]
    )
    return name


def edit_lines(
    change: Callable[[list[bytes], Random], list[bytes]],
) -> Callable[[Specimen, Files, Random, int], str]:
    """
    Return the mutation that changes the lines of the journal.
    """

    def mutation(made: Specimen, files: Files, rng: Random, number: int) -> str:
        lines = made.files[JOURNAL].splitlines(keepends=True)
        files[JOURNAL] = b"".join(change(lines, rng))
        return JOURNAL

    return mutation


def _at(lines: list[bytes], rng: Random) -> int:
    return rng.randrange(len(lines))


def _drop(lines: list[bytes], rng: Random) -> list[bytes]:
    at = _at(lines, rng)
    return lines[:at] + lines[at + 1 :]


def _repeat(lines: list[bytes], rng: Random) -> list[bytes]:
    at, to = _at(lines, rng), _at(lines, rng)
    return [*lines[:to], lines[at], *lines[to:]]


def _reorder(lines: list[bytes], rng: Random) -> list[bytes]:
    one, two = rng.sample(range(len(lines)), 2)
    changed = [*lines]
    changed[one], changed[two] = lines[two], lines[one]
    return changed


def _behead(lines: list[bytes], rng: Random) -> list[bytes]:
    return lines[rng.randrange(1, len(lines)) :]


def _end_early(lines: list[bytes], rng: Random) -> list[bytes]:
    return lines[: _at(lines, rng)]


def _tear(lines: list[bytes], rng: Random) -> list[bytes]:
    at = _at(lines, rng)
    return [*lines[:at], lines[at][: rng.randrange(1, len(lines[at]))]]


def _edit(lines: list[bytes], rng: Random) -> list[bytes]:
    at = _at(lines, rng)
    event = json.loads(lines[at])
    name = rng.choice(sorted(event))
    event[name] = rng.choice(["x", 0, None, [], {}, True, "0" * 64, {"run": ["x"]}])
    line = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return [*lines[:at], line.encode() + b"\n", *lines[at + 1 :]]


def _odd(lines: list[bytes], rng: Random) -> list[bytes]:
    at = _at(lines, rng)
    line = lines[at]
    odd = rng.choice(
        [
            line.replace(b":", b": ", 1),
            line.replace(b"{", b'{"n":1,', 1),
            line.replace(b"\n", b"\r\n"),
            b"\n" + line,
            b"null\n" + line,
            line.replace(b'"n":', b'"n":1e', 1),
            line.replace(b"e", b"\\u0065", 1),
            line.replace(b'"kind"', b'"\xff"', 1),
            b"[" * 50_000 + b"\n" + line,
        ]
    )
    return [*lines[:at], odd, *lines[at + 1 :]]


def repack(
    change: Callable[[Specimen, bytearray, Random], bytes],
) -> Callable[[Specimen, Random, int], bytes]:
    """
    Return the mutation that changes an archive's packed form.
    """

    def mutation(made: Specimen, rng: Random, number: int) -> bytes:
        return change(made, bytearray(made.packed), rng)

    return mutation


def _flip_packed(made: Specimen, raw: bytearray, rng: Random) -> bytes:
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def _cut_packed(made: Specimen, raw: bytearray, rng: Random) -> bytes:
    return bytes(raw[: rng.randrange(len(raw))])


def _pad_packed(made: Specimen, raw: bytearray, rng: Random) -> bytes:
    more = rng.randbytes(rng.randrange(1, 40))
    at = rng.choice([0, len(raw), rng.randrange(len(raw))])
    return bytes(raw[:at]) + more + bytes(raw[at:])


def _zip_again(made: Specimen, raw: bytearray, rng: Random) -> bytes:
    """
    Pack again by other means: dates, modes, compression, names, order, comments.
    """
    names = sorted(made.files)
    rng.shuffle(names)
    buffer = io.BytesIO()
    odd = rng.choice(names)
    prefix = rng.choice(["", "../", "/", "x/", "C:\\", "./"])
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(buffer, "w", method) as packed:
        for name in names:
            lead = prefix if name == odd else ""
            entry = zipfile.ZipInfo(f"{lead}{made.name}/{name}")
            mode = rng.choice([0o100755, 0o120777]) if name == odd else 0o100644
            entry.external_attr = mode << 16
            packed.writestr(entry, made.files[name], method)
        packed.comment = rng.choice([b"", b"harmless"])
    return buffer.getvalue()


KINDS: dict[str, Callable[[Specimen, Files, Random, int], str]] = {
    "a bit of a file": flip,
    "a file cut off": cut,
    "a byte put in": insert,
    "a byte left out": leave_out_bytes,
    "a file dropped": drop,
    "a file renamed": rename,
    "a file swapped": swap,
    "a file or folder added": add,
    "a link for a file": link,
    "a link added": link_more,
    "a file of another run": splice,
    "files of another run": splice_all,
    "another verifier": replace_verifier,
    "JSON spelled otherwise": respell,
    "a record dropped": edit_lines(_drop),
    "a record repeated": edit_lines(_repeat),
    "records reordered": edit_lines(_reorder),
    "the beginning dropped": edit_lines(_behead),
    "the end dropped": edit_lines(_end_early),
    "a record torn": edit_lines(_tear),
    "a record edited": edit_lines(_edit),
    "a record spelled oddly": edit_lines(_odd),
}
PACKED_KINDS: dict[str, Callable[[Specimen, Random, int], bytes]] = {
    "packed: a bit": repack(_flip_packed),
    "packed: cut off": repack(_cut_packed),
    "packed: bytes put in": repack(_pad_packed),
    "packed: packed again": repack(_zip_again),
}
