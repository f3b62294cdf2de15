from __future__ import annotations

import subprocess

from importlib.resources import files

import pytest

from closednet.hosts.scripts import carried, carried_powershell, render
from tests.tools import tool


NAMES = (
    *("ACTIVATION_ID", "CONFIG", "FINGERPRINT", "FORMAT", "KEY_ID", "MINIMUM", "NAMES"),
    *("NODE", "OLD_PROFILE", "PROFILE", "REGION", "RUN", "SIGNING_KEY", "SITE"),
    *("SOURCE", "URL", "KEY_SECRET", "CODE"),
)
VALUES = dict.fromkeys(NAMES, "it's\nfine")
TEMPLATES = sorted(
    file.name.removesuffix(".sh")
    for file in files("closednet.hosts.templates").iterdir()
    if file.name.endswith(".sh") and file.name != "prelude.sh"
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_script_is_read_by_every_shell(name: str) -> None:
    text = render(name, timeout_s=1.0, **VALUES).text
    for shell in (["dash"], ["bash", "--posix"]):
        program = tool(shell[0], shell[0])
        subprocess.run([program, *shell[1:], "-n"], input=text, text=True, check=True)


@pytest.mark.debian
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_script_passes_shellcheck(name: str) -> None:
    # Unused are only variables of other scripts and functions of the prelude.
    command = [tool("shellcheck", "shellcheck"), "-s", "sh", "-e", "SC2317,SC2034", "-"]
    result = subprocess.run(
        command,
        input=render(name, timeout_s=1.0, **VALUES).text,
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.stdout == ""


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_script_uses_what_run_command_would_replace(name: str) -> None:
    assert "{{" not in render(name).text


def test_values_survive_quoting() -> None:
    script = render("facts", VALUE="a'b\"c $(id) `id`\n\\").text
    shown = script.replace("main </dev/null\n", 'printf %s "$VALUE"\n')
    result = subprocess.run(
        ["/bin/sh", "-s"], input=shown, text=True, capture_output=True, check=True
    )
    assert result.stdout == "a'b\"c $(id) `id`\n\\"


def test_a_carried_script_asks_for_the_code_and_does_not_hold_it() -> None:
    parts = ("install-ssm-agent", "register", "start-ssm-agent", "facts")
    text = carried("SSM Agent on web01", parts, SITE="dc1", ACTIVATION_ID="a-1")
    assert text.startswith("#!/bin/sh\n# SSM Agent on web01\n")
    assert "\nCODE=" not in text
    assert "stty -echo" in text
    assert text.index("part_1 ) <") < text.index("part_4 ) <")
    subprocess.run(["/bin/sh", "-n"], input=text, text=True, check=True)


def test_a_carried_powershell_script_quotes_its_values() -> None:
    text = carried_powershell("Windows", "ssm-agent", Url="https://a/'b'")
    assert "$Url = 'https://a/''b'''\n" in text
    assert "Read-Host -AsSecureString" in text
