"""
Drawings are well-formed, self-contained, and do not grow with the site.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from closednet.render import series
from closednet.render import topology as drawing
from tests.unit.render.samples import SERIES, topology


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("hosts", [1, 3, 8, 9, 1000])
def test_topology_is_well_formed_and_of_one_size(hosts: int) -> None:
    text = drawing.svg(topology(hosts))
    root = ET.fromstring(text)  # noqa: S314 - our own drawing

    assert int(root.attrib["height"]) < 640
    assert len(root.findall(f".//{SVG}text")) < 60
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "Noto Sans CJK JP" in text


def test_topology_stays_within_its_page() -> None:
    root = ET.fromstring(drawing.svg(topology(1000)))  # noqa: S314 - as above
    width, height = float(root.attrib["width"]), float(root.attrib["height"])

    for rect in root.findall(f".//{SVG}rect"):
        assert float(rect.get("x", 0)) + float(rect.attrib["width"]) <= width
        assert float(rect.get("y", 0)) + float(rect.attrib["height"]) <= height


def test_many_servers_are_counted_by_system() -> None:
    assert drawing.server_lines(topology(1000)) == (
        "1,000 servers",
        "500 rhel",
        "500 ubuntu",
        "192.168.10.1 to 192.168.13.250",
    )
    assert len(drawing.server_lines(topology(3))) == 3


def test_topology_in_words() -> None:
    text = "\n".join(drawing.lines(topology(3)))

    assert "ap-northeast-1c: 10.20.2.0/24, inbound endpoint 10.20.2.10" in text


def test_series_draw_what_arrived() -> None:
    text = series.svg(SERIES)
    root = ET.fromstring(text)  # noqa: S314 - as above

    assert len(root.findall(f".//{SVG}polyline")) == 2
    assert "nothing arrived" in text
    assert "85 %" in text


def test_a_thousand_series_are_cut_and_counted() -> None:
    assert "and 940 more" in series.svg(SERIES[:1] * 1000)


def test_points_go_from_low_to_high() -> None:
    assert series.points((1.0, 3.0, 2.0), 10, 4) == "0.0,4.0 5.0,0.0 10.0,2.0"
    assert series.points((5.0, 5.0), 10, 4) == "0.0,4.0 10.0,4.0"
