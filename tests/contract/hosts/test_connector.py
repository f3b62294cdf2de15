from __future__ import annotations

import subprocess
import sys

from typing import TYPE_CHECKING

import pytest

from closednet.errors import CommandFailed, HostError, PreconditionError
from closednet.hosts.connector import Fleet
from closednet.hosts.results import raise_for_failures
from closednet.hosts.scripts import Script, render
from closednet.params.connection import Connection
from closednet.params.site import Host
from closednet.redact import Secret


if TYPE_CHECKING:
    from tests.contract.hosts.conftest import Kept
    from tests.contract.hosts.worlds import Site


HELLO = Script("hello", "echo 'closednet: said=hello'\n")


def test_a_script_runs_as_root_over_standard_input(site: Site, recorder: Kept) -> None:
    host = site.host("web1")
    result = site.fleet(host, recorder=recorder).run(HELLO, host)
    assert result.value("said") == "hello"
    assert site.world("web1").noted("asked") == ["/bin/sh -s"]


def test_another_user_than_root_goes_through_sudo(site: Site, recorder: Kept) -> None:
    host = site.host("web1", user="ops")
    site.fleet(host, recorder=recorder).run(HELLO, host)
    assert site.world("web1").noted("asked") == ["sudo -n -- /bin/sh -s"]


# Asks as the real one does: -n never, -S for one line, which must be the password.
ASKING_SUDO = """#!/bin/sh
while [ $# -gt 0 ]; do
    case "$1" in -k) ;; -n) n=1 ;; -S) s=1 ;; -p) shift ;; --) shift; break ;; *) break ;; esac
    shift
done
[ -f "$WORLD/free" ] && exec "$@"
if [ "${n:-}" ]; then echo "sudo: a password is required" >&2; exit 1; fi
IFS= read -r given
[ "$given" = "it's secret 9" ] && exec "$@"
echo "sudo: 1 incorrect password attempt" >&2
exit 1
"""


@pytest.mark.parametrize("free", [False, True])
def test_sudo_gets_its_password_and_the_script_never_does(
    site: Site, recorder: Kept, *, free: bool
) -> None:
    """
    Also where sudo asks for none: the line would be a command of root's shell.
    """
    host, world = site.host("web1", user="ops"), site.world("web1")
    world.tool("sudo", ASKING_SUDO)
    if free:
        world.set("free", "")
    fleet = site.fleet(host, recorder=recorder, sudo=("printf", "it's secret 9"))
    result = fleet.run(HELLO, host)

    assert "closednet: said=hello\n" == result.stdout
    assert "" == result.stderr
    asked = "".join(world.noted("asked")) + repr(recorder.events)
    assert "secret 9" not in asked


def test_a_wrong_password_is_tried_once_and_named(site: Site, recorder: Kept) -> None:
    host = site.host("web1", user="ops")
    site.world("web1").tool("sudo", ASKING_SUDO)
    fleet = site.fleet(host, recorder=recorder, sudo=("printf", "not-this-one"))

    with pytest.raises(HostError) as caught:
        fleet.run(HELLO, host)
    assert ("sudo-password",) == caught.value.causes


def test_a_password_command_that_fails_is_named(site: Site, recorder: Kept) -> None:
    host = site.host("web1", user="ops")
    with pytest.raises(PreconditionError, match=r"sudo_password_command \(false\)"):
        site.fleet(host, recorder=recorder, sudo=("false",)).run(HELLO, host)


def test_a_secret_reaches_the_script_and_no_transcript(
    site: Site, recorder: Kept
) -> None:
    host = site.host("web1")
    secret = Secret("it's a 'quoted' one $HOME", name="code")
    script = Script("tell", 'printf %s "$CODE" >"$CLOSEDNET_ROOT/code"; echo "$CODE"\n')
    result = site.fleet(host, recorder=recorder).run(script, host, {"CODE": secret})
    assert site.world("web1").read("code") == secret.reveal()
    assert secret.reveal() not in result.stdout
    assert secret.reveal() not in repr(recorder.events)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("Host key verification failed.", "fingerprint"),
        ("ops@web: Permission denied (publickey).", "key"),
        ("ssh: connect to host web port 22: No route to host", "firewall"),
        ("something new", "ssh -v"),
    ],
)
def test_a_refusing_client_is_quoted_with_a_hint(
    site: Site, recorder: Kept, words: str, hint: str
) -> None:
    host = site.host("web1")
    site.world("web1").set("refuses", f"{words}\n")
    with pytest.raises(HostError) as caught:
        site.fleet(host, recorder=recorder).run(HELLO, host)
    assert words in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.host == "web1"


def test_a_failing_script_carries_its_result(site: Site, recorder: Kept) -> None:
    host = site.host("web1")
    script = Script("break", "echo why >&2; exit 3\n")
    with pytest.raises(CommandFailed, match="break ended with 3: why") as caught:
        site.fleet(host, recorder=recorder).run(script, host)
    assert caught.value.result is not None


def test_a_script_without_end_is_stopped(site: Site, recorder: Kept) -> None:
    host = site.host("web1")
    with pytest.raises(HostError, match="no end after"):
        site.fleet(host, recorder=recorder).run(Script("wait", "sleep 60\n", 0.3), host)


def test_a_missing_client_is_named() -> None:
    fleet = Fleet((), Connection(ssh_command=("/nowhere/ssh",)))
    host_of = {"name": "web1", "address": "192.0.2.1", "os": "ubuntu"}
    with pytest.raises(HostError, match="does not start"):
        fleet.run(HELLO, Host.model_validate(host_of))


def test_one_failed_server_hides_no_other(site: Site, recorder: Kept) -> None:
    hosts = [site.host(f"web{n}") for n in (1, 2, 3)]
    site.world("web2").set("refuses", "down\n")
    results = site.fleet(*hosts, recorder=recorder).run_all(HELLO, hosts)
    assert isinstance(results["web2"], HostError)
    assert [n for n, r in results.items() if not isinstance(r, HostError)] == [
        "web1",
        "web3",
    ]
    with pytest.raises(HostError, match=r"1 of 3 servers failed:\n  - web2"):
        raise_for_failures("hello", results)


def test_a_spent_error_budget_starts_no_further_server(
    site: Site, recorder: Kept
) -> None:
    hosts = [site.host(f"web{n}") for n in (1, 2, 3)]
    site.world("web1").set("refuses", "down\n")
    results = site.fleet(*hosts, recorder=recorder, max_concurrency=1).run_all(
        HELLO, hosts, max_errors=0
    )
    assert "not started" in str(results["web2"])
    assert site.world("web3").noted("asked") == []


def test_commands_inside_a_script_cannot_eat_the_script(
    site: Site, recorder: Kept
) -> None:
    host = site.host("web1")
    body = "main() { cat >/dev/null; echo 'closednet: after=yes'; }\nmain </dev/null\n"
    result = site.fleet(host, recorder=recorder).run(Script("cat", body), host)
    assert result.value("after") == "yes"


def test_importing_the_templates_needs_no_source_tree() -> None:
    code = "from closednet.hosts.scripts import render; render('facts')"
    subprocess.run([sys.executable, "-c", code], check=True, cwd="/")
    assert render("facts").text.endswith("main </dev/null\n")
