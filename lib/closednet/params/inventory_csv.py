"""
Servers from a CSV file: one row a server, the first row names the columns.
"""

from __future__ import annotations

import csv
import difflib

from typing import TYPE_CHECKING, Final

from closednet.params.listed import Listed


if TYPE_CHECKING:
    from closednet.params.listed import Reading

NEEDED: Final = ("name", "address")
COLUMNS: Final = (*NEEDED, "os", "arch", "connector", "user", "groups")


def parse(text: str, reading: Reading) -> None:
    """
    Put the servers of `text` into `reading`; empty cells leave the default.
    """
    lines = text.splitlines()
    delimiter = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        if _is_good(header, reading):
            for row in rows:
                _row(header, row, rows.line_num, reading)
    except csv.Error as err:
        reading.complain(f"is no CSV: {err}", rows.line_num)


def _is_good(header: list[str], reading: Reading) -> bool:
    before = len(reading.problems)
    for name in NEEDED:
        if name not in header:
            reading.complain(f"has no column {name} in its first row", 1)
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            close = difflib.get_close_matches(name, COLUMNS, n=1)
            meant = f"; did you mean {close[0]}?" if close else ""
            known = f"; known: {', '.join(COLUMNS)}"
            reading.complain(f"has an unknown column {name!r}{meant or known}", 1)
        elif header.count(name) > 1:
            reading.complain(f"has column {name} twice", 1)
    return len(reading.problems) == before


def _row(header: list[str], row: list[str], line: int, reading: Reading) -> None:
    cells = [cell.strip() for cell in row]
    if not any(cells) or cells[0].startswith("#"):
        return
    if len(cells) != len(header):
        reading.complain(f"has {len(cells)} cells, not {len(header)}, here", line)
        return
    members = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    groups = members.pop("groups", "").replace(";", " ").replace("|", " ").split()
    reading.hosts.append(Listed(line, {**members, "groups": groups}))
