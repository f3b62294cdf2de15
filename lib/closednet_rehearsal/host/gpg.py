"""
Stand-in for `gpg`, as far as verifying a package needs it.
"""

from __future__ import annotations

import os
import sys
import time

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.keyring import OWNER, Key, Keyring, check, read_key


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

CREATED: Final = 1_767_225_600
WITH_VALUE: Final = frozenset(
    {"--homedir", "--keyring", "--status-fd", "--trust-model", "--logger-fd", "-o"}
)


def main(machine: Machine, _: str, arguments: list[str]) -> int:
    """
    Run the one command that the command line names.
    """
    options, flags, names = _parse(arguments)
    default = os.environ.get("GNUPGHOME", os.fspath(machine.root / "root/.gnupg"))
    keyring = Keyring(Path(options.get("--homedir", default)) / "rehearsal-keys")
    if "--keyring" in options:
        keyring = Keyring(Path(f"{options['--keyring']}.rehearsal"))
    if "--import" in flags:
        return max((_import(keyring, name) for name in names), default=2)
    if "--verify" in flags:
        return _verify(keyring, names, options.get("--status-fd", ""))
    if "--version" in flags:
        print("gpg (GnuPG) 2.2.40 (rehearsal)")
        return 0
    keys = list(keyring.every_key())
    if flags & {"--show-keys", "--import-options"}:
        read = (read_key(Path(name)) for name in names)
        keys = [key for key in read if key is not None]
    elif names:
        wanted = tuple("".join(name.split()).upper() for name in names)
        keys = [key for key in keys if key.fingerprint.endswith(wanted)]
    _show(keys, colons="--with-colons" in flags)
    return 0 if keys or not names else 2


def _parse(arguments: list[str]) -> tuple[dict[str, str], set[str], list[str]]:
    options: dict[str, str] = {}
    flags, names = set(), []
    rest = iter(arguments)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in WITH_VALUE:
            options[name] = value if equals else next(rest, "")
        elif word.startswith("-") and word != "-":
            flags.add(word)
        else:
            names.append(word)
    return options, flags, names


def _import(keyring: Keyring, name: str) -> int:
    key = keyring.add(Path(name))
    if key is None:
        _say("no valid OpenPGP data found.", "Total number processed: 0")
        return 2
    _say(f'key {key.fingerprint[-16:]}: public key "{OWNER}" imported')
    _say("Total number processed: 1", "              imported: 1")
    return 0


def _verify(keyring: Keyring, names: list[str], status_fd: str) -> int:
    signature = Path(names[0])
    signed = Path(names[1] if len(names) > 1 else names[0].removesuffix(".sig"))
    try:
        verdict = check(keyring, signature, signed)
    except (OSError, KeyError, ValueError) as error:
        _say(str(error), f"verify signatures failed: {error}")
        return 2
    key_id = verdict.key_id
    stamp = time.gmtime(CREATED)
    _say(f"Signature made {time.strftime('%a %d %b %Y %H:%M:%S UTC', stamp)}")
    _say(f"               using RSA key {key_id}")
    if verdict.key is None:
        _status(status_fd, f"ERRSIG {key_id[-16:]} 1 8 00 {CREATED} 9 {key_id}")
        _status(status_fd, f"NO_PUBKEY {key_id[-16:]}")
        _say("Can't check signature: No public key")
        return 2
    if not verdict.good:
        _status(status_fd, f"BADSIG {key_id[-16:]} {OWNER}")
        _say(f'BAD signature from "{OWNER}" [unknown]')
        return 1
    date = time.strftime("%Y-%m-%d", stamp)
    _status(status_fd, f"GOODSIG {key_id[-16:]} {OWNER}")
    _status(status_fd, f"VALIDSIG {key_id} {date} {CREATED} 0 4 0 1 8 00 {key_id}")
    _say(f'Good signature from "{OWNER}" [unknown]')
    _say("WARNING: This key is not certified with a trusted signature!")
    return 0


def _show(keys: list[Key], *, colons: bool) -> None:
    for key in keys:
        if colons:
            validity = "e" if key.expired else "-"
            print(
                f"pub:{validity}:2048:1:{key.fingerprint[-16:]}:{CREATED}:::-:::scESC::::::23::0:"
            )
            print(f"fpr:::::::::{key.fingerprint}:")
            print(f"uid:-::::{CREATED}::REHEARSAL::{OWNER}::::::::::0:")
            continue
        parts = [key.fingerprint[n : n + 4] for n in range(0, 40, 4)]
        print("pub   rsa2048 2026-01-01 [SC]")
        print(f"      {' '.join(parts[:5])}  {' '.join(parts[5:])}")
        print(f"uid           [ unknown] {OWNER}\n")


def _say(*lines: str) -> None:
    for line in lines:
        print(f"gpg: {line}", file=sys.stderr)


def _status(status_fd: str, text: str) -> None:
    if status_fd:
        os.write(int(status_fd), f"[GNUPG:] {text}\n".encode())
