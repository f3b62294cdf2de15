"""
Secrets do not print themselves, and are found in whatever form they slip out.
"""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
import re
import sys
import traceback

from urllib.parse import quote

import pytest

from hypothesis import given
from hypothesis import strategies as st

from closednet import redact
from closednet.model import canonical
from closednet.redact import MASK, Secret


VALUE = "kF3/x+&<'\"Zq9%Lw7=é"
PLAIN = "Vb7Qm2Xy9Lk4Tz6Rw1Ns"


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_known", {})


@pytest.fixture(name="secret")
def _secret() -> Secret:
    return Secret(VALUE, name="activation-code")


def test_secret_never_shows_its_value(secret: Secret) -> None:
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{[secret]}"]

    assert not [text for text in shown if VALUE in text]
    assert repr(secret) == "Secret(activation-code)"
    assert secret.reveal() == VALUE


@pytest.mark.parametrize(
    "write", [pickle.dumps, copy.deepcopy, json.dumps, canonical.text]
)
def test_secret_is_not_written(secret: Secret, write: object) -> None:
    with pytest.raises(TypeError) as caught:
        write(secret)  # type: ignore[operator]

    assert VALUE not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        base64.b64encode(VALUE.encode()).decode(),
        base64.b64encode(f"user:{VALUE}".encode()).decode(),
        base64.b64encode(f"me:{VALUE}\n".encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
        quote(VALUE),
        "kF3%2fx%2b%26%3c%27%22Zq9%25Lw7%3d%c3%a9",
        VALUE.encode().hex(),
        html.escape(VALUE),
        html.escape(VALUE, quote=False),
        html.escape(html.escape(VALUE, quote=False)),
        html.escape(html.escape(VALUE), quote=False),
        f"{VALUE[:6]}\\n&nbsp;&nbsp;{VALUE[6:]}",
        json.dumps(VALUE),
        json.dumps(json.dumps(VALUE)),
        json.dumps(VALUE, ensure_ascii=False),
        repr(VALUE),
    ],
)
@pytest.mark.usefixtures("secret")
def test_every_form_is_masked_and_found(form: str) -> None:
    text = f"before {form} after"

    assert redact.found_in(text) == ("activation-code",)
    assert MASK in redact.redact(text)
    assert redact.found_in(redact.redact(text)) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (VALUE, "plain"),
        (base64.b64encode(f"me:{VALUE}".encode()).decode(), "base64"),
        (quote(VALUE, safe=""), "URL-encoded"),
        (VALUE.encode().hex(), "hexadecimal"),
        (html.escape(VALUE), "escaped"),
        (f"{VALUE[:6]}\n{VALUE[6:]}", "cut into pieces"),
        (repr(json.dumps(json.dumps(repr(VALUE)))), "cut into pieces"),
    ],
)
@pytest.mark.usefixtures("secret")
def test_the_kind_of_a_leak_is_told(text: str, kind: str) -> None:
    assert (("activation-code", kind),) == redact.leaks_in(f"before {text} after")
    assert () == redact.leaks_in(redact.redact(f"before {text} after"))


def test_many_backslashes_take_no_time() -> None:
    """Each could be read in two ways."""
    Secret("n" * 12, name="key")

    assert () == redact.leaks_in(redact.redact("\\\\n" * 4000 + "n"))


@pytest.mark.parametrize(
    "gap",
    ["\n", "  \n    ", "\n    | ", "\r\n", "\\n", '\\n",\n    "', "\x1b[0m\n\x1b[31m"],
)
def test_secret_cut_over_lines_is_masked(gap: str) -> None:
    Secret(PLAIN, name="key")
    text = f"a {PLAIN[:7]}{gap}{PLAIN[7:13]}{gap}{PLAIN[13:]} b"

    assert redact.found_in(text) == ("key",)
    assert redact.redact(text) == f"a {MASK} b"


CODED = base64.encodebytes(f"user:{PLAIN * 4}".encode()).decode()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"kept='{PLAIN[:9]}...{PLAIN[-8:]}'", f"kept='{MASK}...{MASK}'"),
        (f"| {PLAIN[:11]}\u2026 |", f"| {MASK}\u2026 |"),
        (f"{PLAIN[:12]} [...]", f"{MASK} [...]"),
        (json.dumps(f"{PLAIN[:8]}\n{PLAIN[8:14]}\u2026"), f'"{MASK}\\u2026"'),
        (f"b64: ...{PLAIN.encode().hex()[-30:]} x", f"b64: ...{MASK} x"),
        (f"{PLAIN[:5]}...{PLAIN[-5:]}", f"{PLAIN[:5]}...{PLAIN[-5:]}"),
        ("waiting... Tz6Rw1", "waiting... Tz6Rw1"),
    ],
)
def test_what_is_left_of_a_shortened_secret_is_masked(text: str, left: str) -> None:
    Secret(PLAIN, name="key")

    assert left == redact.redact(text)
    assert (("key", "cut short"),) == redact.leaks_in(text) or left == text
    assert () == redact.leaks_in(left)


def test_shortened_base64_in_lines_is_masked() -> None:
    Secret(PLAIN * 4, name="long")
    shown = f"{CODED[:10]}...{repr(CODED[40:])[1:-1]}"

    masked = redact.redact(shown)

    assert f"{CODED[:10]}...{MASK}" == masked[: 13 + len(MASK)]
    assert len(masked) < 13 + len(MASK) + 6


def test_many_dots_take_no_time() -> None:
    Secret(PLAIN, name="key")

    assert () == redact.leaks_in(redact.redact(f"{PLAIN[:5]}... " * 4000))


def test_wrapped_base64_is_masked() -> None:
    Secret(PLAIN * 4, name="long")
    text = base64.encodebytes((PLAIN * 4).encode()).decode()

    assert redact.found_in(redact.redact(text)) == ()


def test_text_without_secrets_is_untouched() -> None:
    text = "nothing to see\nhere"
    assert redact.redact(text) is text

    Secret(PLAIN, name="key")
    assert redact.redact(text) == text
    assert redact.found_in(text) == ()


def test_short_values_are_not_secrets_worth_masking() -> None:
    Secret("root", name="user")

    assert redact.redact("root:x:0:0") == "root:x:0:0"
    assert redact.names() == ()


def test_scrub_reaches_every_text() -> None:
    Secret(PLAIN, name="key")
    data = {"a": [PLAIN, {"b": (f"x{PLAIN}", 1, None)}], PLAIN: True}

    scrubbed = redact.scrub(data)

    assert scrubbed == {"a": [MASK, {"b": (f"x{MASK}", 1, None)}], MASK: True}


@given(
    value=st.text(st.characters(categories=("L", "N")), min_size=12, max_size=40),
    before=st.text(max_size=30),
    after=st.text(max_size=30),
)
def test_redaction_leaves_nothing_behind(value: str, before: str, after: str) -> None:
    redact._known.clear()  # noqa: SLF001 - each example knows one secret
    Secret(value, name="any")

    assert redact.found_in(redact.redact(f"{before}{value}{after}")) == ()


@given(
    st.text(
        st.sampled_from(
            "|\\\\\\nrtxu01b[;m\x1b\"', \n\u2028\x1c\x85a日\u3000\u200b\ud800"
        )
    )
)
def test_nothing_but_noise_is_squeezed_out(text: str) -> None:
    """
    Character by character or all at once: the same is left.
    """
    at_once = re.sub(f"{redact._NOISE}++", "", text)  # noqa: SLF001 - its definition

    assert at_once == redact.squeeze(text)


def test_every_white_character_is_noise() -> None:
    """
    Also the wide ones, between which a secret may have been cut.
    """
    white = [chr(n) for n in range(sys.maxunicode + 1) if chr(n).isspace()]

    assert "" == redact.squeeze("".join(white))


def test_many_secrets_are_spelt_out_once() -> None:
    """
    A process that visits hundreds of sites knows a few secrets of each.
    """
    secrets = [Secret(f"{number:03}-{PLAIN}", name="token") for number in range(300)]
    redact.redact("the first time")
    spelt = redact.forms.cache_info().misses
    masked = redact.redact(f"again: {secrets[7].reveal()}")

    assert f"again: {MASK}" == masked
    assert spelt == redact.forms.cache_info().misses
