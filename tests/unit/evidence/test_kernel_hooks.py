"""
In a kernel every way out of a notebook is redacted, and every cell journaled.
"""

from __future__ import annotations

import json

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat
import pytest

from closednet import redact
from closednet.evidence import journal, kernel_hooks
from closednet.recorder import NullRecorder
from tests.unit.evidence.samples import RUN


if TYPE_CHECKING:
    from pathlib import Path

SETUP = """
import base64, html, json, logging, sys
from pathlib import Path
from urllib.parse import quote
from closednet.evidence import journal, kernel_hooks
from closednet.redact import Secret
from tests.unit.evidence.samples import Clock
book = journal.Journal(Path({path!r}), run_id={run!r}, clock=Clock())
assert kernel_hooks.install(book) and kernel_hooks.install(book)
value = "Vb7&<Qm2" + "Xy9'Lk4Tz"
secret = Secret(value, name="activation-code")
"""
LEAKS = (
    "print(value)",
    "value",
    "{'a': [value]}",
    "secret",
    "print(value, file=sys.stderr)",
    "raise ValueError(value)",
    "from IPython.display import HTML; HTML(html.escape(value, quote=False))",
    "from IPython.display import JSON; JSON({'a': value})",
    "base64.b64encode(b'user:' + value.encode())",
    "quote(value)",
    "json.dumps({'v': value})",
    "logging.getLogger().warning(value)",
    "from IPython.display import display\nd = display('-', display_id=True)\nd.update(value)",
    "print(value[:6]); print(value[6:])",
    "import pandas as pd; pd.DataFrame({'v': [value]})",
    "%xmode Verbose\nx = value\n1/0",
)

NODES: Any = nbformat.v4
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:::zmq", "ignore:::nbformat", "ignore:::jupyter"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(name="executed", scope="module")
def _executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    path = tmp_path_factory.mktemp("run") / "journal.jsonl"
    sources = [SETUP.format(path=str(path), run=RUN), *LEAKS]
    node = NODES.new_notebook(cells=[NODES.new_code_cell(source) for source in sources])
    nbclient.NotebookClient(node, allow_errors=True, kernel_name="python3").execute()
    return node, path


def test_no_way_out_shows_the_secret(
    executed: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redact, "_known", {})
    redact.Secret("Vb7&<Qm2" + "Xy9'Lk4Tz", name="activation-code")
    node, path = executed

    leaks = {
        cell.source: redact.found_in(json.dumps(cell.outputs))
        for cell in node.cells[1:]
    }
    assert not {source: found for source, found in leaks.items() if found}
    assert redact.found_in(path.read_text()) == ()


def test_every_cell_is_journaled_with_its_source(executed: tuple[Any, Path]) -> None:
    node, path = executed
    events = [event for event in journal.read(path) if event.kind == "cell"]
    by_source = {event.data["source_sha256"]: event.data for event in events}

    assert journal.verify_chain(path) == ()
    assert len(events) == len(node.cells)
    for cell in node.cells:
        data = by_source[sha256(cell.source.encode()).hexdigest()]
        assert data["count"] == cell.execution_count
        assert data["success"] == all(o.output_type != "error" for o in cell.outputs)
    failed = by_source[sha256(LEAKS[5].encode()).hexdigest()]
    assert failed["error"] == "ValueError"


def test_outside_a_kernel_nothing_happens() -> None:
    assert not kernel_hooks.install(NullRecorder())
