"""
`closednet-rehearsal faults` and `closednet-rehearsal fault on|off NAME`.
"""

from __future__ import annotations

import difflib
import json
import sys
import textwrap

from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from closednet_rehearsal.lean import share_models
from closednet_rehearsal.lifecycle import is_running
from closednet_rehearsal.work_dir import read_ready


if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from closednet_rehearsal.trouble.trouble import Trouble

PATIENCE_S: Final = 30.0
BAD_INPUT: Final = 2


def unknown(names: Iterable[str]) -> str:
    """
    Return what is wrong with names of faults, or nothing.
    """
    catalogue = _catalogue()
    bad = [name for name in names if name not in catalogue]
    if not bad:
        return ""
    near = [
        match for name in bad for match in difflib.get_close_matches(name, catalogue)
    ]
    meant = f" (did you mean {' or '.join(dict.fromkeys(near))}?)" if near else ""
    return (
        f"there is no fault {' or '.join(bad)}{meant};"
        " `closednet-rehearsal faults` lists all"
    )


def show(options: Namespace) -> int:
    """
    List the catalogue, and what is on in the rehearsal that runs here.
    """
    states = _states(options.work_dir)
    rows = [
        {
            "name": trouble.name,
            "what": trouble.what,
            "step": trouble.step,
            "begins": trouble.begins,
            "cause": trouble.cause,
            "state": states.get(trouble.name, "off"),
        }
        for trouble in _catalogue().values()
    ]
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return 0
    for row in rows:
        on = "" if row["state"] == "off" else f"  [{row['state']}]"
        sys.stdout.write(f"{row['name']}{on}\n")
        text = f"{row['what']} Stops {row['step']}; cause: {row['cause']}."
        sys.stdout.write(textwrap.indent(textwrap.fill(text, 80), "    ") + "\n")
    sys.stdout.write(f"{len(rows)} faults\n")
    return 0


def switch(options: Namespace) -> int:
    """
    Switch one fault on or off in the rehearsal that runs.
    """
    problem = unknown([options.name])
    if problem:
        return _bad(problem, BAD_INPUT)
    ready = read_ready(options.work_dir)
    if ready is None or not is_running(ready):
        return _bad(f"no rehearsal is running in {options.work_dir}", 1)
    wish = json.dumps({"name": options.name, "on": options.to == "on"})
    told = _control(ready.endpoint_url, "trouble", wish)
    waits = ", until what it breaks is there" if told["state"] == "waiting" else ""
    sys.stdout.write(f"{told['name']}: {told['state']}{waits}\n")
    return 0


def _catalogue() -> Mapping[str, Trouble]:
    # moto, which faults reach into, reads the models as it is imported.
    share_models()
    from closednet_rehearsal.trouble.catalogue import CATALOGUE  # noqa: PLC0415

    return CATALOGUE


def _states(work_dir: Path) -> dict[str, str]:
    ready = read_ready(work_dir)
    if ready is None or not is_running(ready):
        return {}
    states: dict[str, str] = _control(ready.endpoint_url, "troubles")
    return states


def _control(endpoint_url: str, what: str, body: str | None = None) -> Any:
    place = urlsplit(endpoint_url).netloc
    with closing(HTTPConnection(place, timeout=PATIENCE_S)) as http:
        http.request("POST" if body else "GET", f"/rehearsal/{what}", body)
        return json.load(http.getresponse())


def _bad(problem: str, code: int) -> int:
    sys.stderr.write(f"closednet-rehearsal: {problem}\n")
    return code
