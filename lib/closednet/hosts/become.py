"""
How a script becomes root on a server: as root, or by sudo without or with a password.
"""

from __future__ import annotations

import shlex
import subprocess

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Sequence

    from closednet.params.connection import Connection
    from closednet.params.site import Host

SHELL: Final = "/bin/sh -s"
# The first line of standard input is the password, and must never reach the shell that
# follows: it is read here, tried once, and given to a sudo that has to ask for it.
ASKING: Final = """\
IFS= read -r p
if sudo -k -n true 2>/dev/null; then exec sudo -n -- /bin/sh -s; fi
printf '%s\\n' "$p" | sudo -k -S -p '' -- true || exit 1
{ printf '%s\\n' "$p"; exec cat; } | sudo -k -S -p '' -- /bin/sh -s
"""
ASKING_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Way:
    """
    The remote command, and what goes before the script on its standard input.
    """

    command: str
    before: str = ""


def root_on(host: Host, connection: Connection) -> Way:
    """
    Return how the user of `host` runs a script as root.

    Raises:
        PreconditionError: The command that prints the password did not.
    """
    if host.user == "root":
        return Way(SHELL)
    asking = connection.sudo_password_command
    if not asking:
        return Way(f"sudo -n -- {SHELL}")
    password = _password(asking).reveal()
    return Way(f"/bin/sh -c {shlex.quote(ASKING)}", f"{password}\n")


@lru_cache
def _password(command: Sequence[str]) -> Secret:
    """
    Return what the command prints, asked once: it may want a person's touch.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own
            command, stdout=subprocess.PIPE, check=True, timeout=ASKING_S
        )
    except (OSError, subprocess.SubprocessError) as err:
        raise _missing(command, "does not end well") from err
    lines = done.stdout.decode(errors="replace").splitlines()
    if not lines or not lines[0]:
        raise _missing(command, "prints nothing")
    return Secret(lines[0], name="sudo password")


def _missing(command: Sequence[str], how: str) -> PreconditionError:
    return PreconditionError(
        f"connection.sudo_password_command ({command[0]}) {how}",
        missing=("the password for sudo",),
        hint="run it by hand: its first line must be the password",
    )
