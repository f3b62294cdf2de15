"""
Two runs of one notebook leave the same bytes.
"""

from __future__ import annotations

import copy
import json

from typing import TYPE_CHECKING, Any

from closednet import redact
from closednet.evidence.normalise import dumps, normalise


if TYPE_CHECKING:
    import pytest

VALUE = "Vb7Qm2Xy9Lk4Tz6Rw1Ns"


def notebook(seed: str, *, cut: bool = False) -> dict[str, Any]:
    """
    Return a notebook as papermill leaves it; what `seed` touches is chance.
    """
    streams = ["one\ntwo\n"] if not cut else ["one\n", "two\n"]
    start = 3 if cut else 1
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "papermill": {"start_time": seed},
            "language_info": {"name": "python", "version": seed},
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "closednet": {"step": "endpoints"},
        },
        "cells": [
            {
                "cell_type": "markdown",
                "id": f"error-{seed}",
                "metadata": {"tags": ["papermill-error-cell-tag"]},
                "source": "An error",
            },
            {
                "cell_type": "code",
                "id": seed,
                "metadata": {
                    "tags": ["injected-parameters"],
                    "papermill": {"duration": seed},
                    "execution": {"iopub.status.busy": seed},
                },
                "execution_count": start,
                "source": "a = 1\nb = 2",
                "outputs": [],
            },
            {
                "cell_type": "code",
                "id": "run",
                "metadata": {},
                "execution_count": start + 1,
                "source": ["run\n", "it"],
                "outputs": [
                    *(
                        {"output_type": "stream", "name": "stdout", "text": text}
                        for text in streams
                    ),
                    {"output_type": "stream", "name": "stderr", "text": "oh\n"},
                    {
                        "output_type": "execute_result",
                        "execution_count": start + 1,
                        "metadata": {},
                        "data": {"text/plain": "1", "application/json": {"a": [1]}},
                    },
                ],
            },
            {
                "cell_type": "code",
                "metadata": {},
                "execution_count": None,
                "source": "",
                "outputs": [],
            },
        ],
    }


def test_chance_goes_and_content_stays() -> None:
    first, second = notebook("a"), notebook("b", cut=True)
    before = copy.deepcopy(first)

    assert dumps(first) == dumps(second)
    assert first == before
    cells = json.loads(dumps(first))["cells"]
    assert [c["id"] for c in cells] == [
        "papermill-error-1",
        "injected-parameters-2",
        "run",
        "cell-4",
    ]
    assert [c.get("execution_count") for c in cells] == [None, 1, 2, None]
    assert cells[2]["source"] == ["run\n", "it"]
    assert cells[2]["outputs"][0]["text"] == ["one\n", "two\n"]
    assert cells[2]["outputs"][2]["data"]["application/json"] == {"a": [1]}


def test_normalising_again_changes_nothing() -> None:
    once = normalise(notebook("a"))

    assert dumps(once) == dumps(notebook("a"))


def test_a_difference_in_content_stays_one() -> None:
    other = notebook("a")
    other["cells"][2]["outputs"][2]["data"]["text/plain"] = "2"

    assert dumps(other) != dumps(notebook("a"))


def test_secrets_go_also_where_a_stream_was_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redact, "_known", {})
    redact.Secret(VALUE, name="key")
    leaky = notebook("a", cut=True)
    outputs = leaky["cells"][2]["outputs"]
    outputs[0]["text"], outputs[1]["text"] = f"x {VALUE[:9]}", f"{VALUE[9:]} y\n"
    leaky["cells"][1]["source"] = f"code = '{VALUE}'"
    leaky["metadata"]["note"] = VALUE

    text = dumps(leaky)

    assert redact.found_in(text) == ()
    assert text.count(redact.MASK) == 3
