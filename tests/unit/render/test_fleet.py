"""
A fleet's table and picture: what needs attention first, however many there are.
"""

from __future__ import annotations

import re

from dataclasses import dataclass
from pathlib import Path

import pytest

from closednet.model.reconciliation import Row, counts, reconcile
from closednet.params.load import load
from closednet.params.site import Host, SiteParams
from closednet.render.fleet import MOST_ROWS, picture, summary, table


ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Node:
    """
    A managed node.
    """

    node_id: str
    computer_name: str
    ip_address: str
    ping_status: str = "Online"


@pytest.fixture(name="params")
def _params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteParams:
    file = tmp_path / "connection.yaml"
    file.write_text("{}\n")
    monkeypatch.setenv("CLOSEDNET_CONNECTION", str(file))
    return load(ROOT / "params/rehearsal.yaml")


def test_every_server_is_judged_by_evidence(params: SiteParams) -> None:
    nodes = [
        Node("mi-1", "web01.corp.example", "192.168.10.11"),
        Node("mi-2", "WEB02", "192.168.10.99", "ConnectionLost"),
        Node("mi-3", "", "192.168.10.12"),
        Node("mi-9", "intruder", "192.168.10.77"),
    ]
    rows = {r.name or r.node_id: r for r in reconcile(params, nodes, {"web01": "mi-1"})}

    assert ("online", "the server says so itself; same name; same address") == (
        rows["web01"].state,
        rows["web01"].evidence,
    )
    assert ("twice", "mi-3") == (rows["web02"].state, rows["web02"].node_id)
    assert "to be deregistered: mi-2" in rows["web02"].evidence
    assert "missing" == rows["db01"].state
    assert "no server of the inventory: intruder" in rows["mi-9"].evidence


def test_what_a_server_says_of_itself_counts_most(params: SiteParams) -> None:
    nodes = [Node("mi-1", "web01", "192.168.10.11"), Node("mi-0", "web01", "")]
    own = {"web01": "mi-1", "db01": "mi-f", "web02": ""}
    rows = {r.name: r for r in reconcile(params, nodes, own)}

    assert "mi-1" == rows["web01"].node_id
    assert ("elsewhere", "mi-f") == (rows["db01"].state, rows["db01"].node_id)
    assert "knows of no registration" in rows["web02"].evidence


def test_a_thousand_rows_stay_readable(params: SiteParams) -> None:
    hosts = tuple(
        Host(name=f"s{n:04}", address=f"10.1.{n // 250}.{n % 250 + 1}", os="ubuntu")
        for n in range(1000)
    )
    params = params.model_copy(update={"hosts": hosts})
    nodes = [Node(f"mi-{h.name}", h.name, h.address) for h in hosts[:990]]
    rows = reconcile(params, nodes, {})

    lines = table(rows).splitlines()
    assert MOST_ROWS + 2 == len(lines)
    assert "s0990" in lines[1]
    assert max(map(len, lines)) < 120
    assert "1,000 servers: 10 missing, 990 online" == summary(rows)

    drawing = picture(rows, "tokyo-dc1")
    assert 1001 == drawing.count("<title>") == drawing.count("</title>")
    width, height = re.findall(r'width="([0-9]+)" height="([0-9]+)"', drawing)[0]
    assert 800 >= int(width) > 600
    assert 500 >= int(height)


def test_names_from_outside_do_no_harm() -> None:
    row = Row("", 0, "unknown", "mi-1", "no server: <script>, &")

    assert "<script>" not in picture([row], "<b>")
    assert {"unknown": 1} == counts([row])
