"""
The short cuts of reading requests come to the same as moto's own way.
"""

from __future__ import annotations

import pytest

from moto.core.parse import default_timestamp_parser

from closednet_rehearsal.query_members import Members, moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28T09:30:00Z",
        "2026-11-28T09:30:00.250000+00:00",
        "2026-11-28T18:30:00+09:00",
        "Sat, 28 Nov 2026 09:30:00 GMT",
        "1795858200",
        "2026-11-28T09:30:00",
    ],
)
def test_moments_are_read_as_moto_reads_them(text: str) -> None:
    assert default_timestamp_parser(text) == moment(text)


def test_members_know_what_their_names_begin_with() -> None:
    members = Members({"MetricData.member.10.Dimensions.member.1.Name": "host"})

    assert {"MetricData", "MetricData.member", "MetricData.member.10"} <= (
        members.beginnings
    )
    assert "MetricData.member.1" not in members.beginnings
