"""
Tables line up, break at spaces, and mean the same in every form.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from closednet.render.tables import Table, pad, width, wrap


WORDS = st.text(st.characters(categories=("L", "N", "So")), min_size=1, max_size=12)


def test_columns_line_up_also_with_wide_letters() -> None:
    table = Table(("", "名前", "id"), (("✅", "転送", "a"), ("⛔", "x", "bb")), "Names")

    assert table.text() == (
        "Names\n    名前  id\n--  ----  --\n✅  転送  a\n⛔  x     bb"
    )


def test_long_cells_are_wrapped_at_spaces() -> None:
    table = Table(("a", "b"), (("one two three", "x"),))

    assert table.text(widest=8) == "a        b\n-------  -\none two  x\nthree"


def test_an_empty_table_says_so() -> None:
    table = Table(("a",), (), "Title", empty="nothing to do")

    assert table.text() == "Title\n(nothing to do)"
    assert "(nothing to do)" in table.html()
    assert table.markdown() == "(nothing to do)"


def test_html_and_markdown_are_escaped() -> None:
    table = Table(("a|b",), (("<b>&|\nnext",),))

    assert "&lt;b&gt;&amp;|\nnext</td>" in table.html()
    assert table.markdown() == "| a\\|b |\n| --- |\n| <b>&\\|<br>next |"
    assert "<script" not in table.html()


@given(words=st.lists(WORDS, min_size=1), widest=st.integers(1, 40))
def test_wrapping_loses_nothing(words: list[str], widest: int) -> None:
    text = " ".join(words)
    lines = wrap(text, widest)

    assert " ".join(lines) == text
    assert all(width(line) <= widest or " " not in line for line in lines)


@given(text=WORDS, size=st.integers(0, 40))
def test_padding_reaches_the_width(text: str, size: int) -> None:
    assert width(pad(text, size)) == max(size, width(text))
