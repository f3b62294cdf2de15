"""
Tools of a server: names, downloads, signatures, packages, services.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from tests.rehearsal_hosts.agents import BUCKET, install
from tests.rehearsal_hosts.conftest import REGION, Run


if TYPE_CHECKING:
    from tests.rehearsal_hosts.doubles import Aws


HERE = "cd $CLOSEDNET_ROOT/tmp; "
AGENT = f"{BUCKET}/debian_amd64/amazon-ssm-agent.deb"
KEYS = f"{HERE}export GNUPGHOME=$PWD/gnupg; "


def test_names_come_from_the_server_s_own_resolver(run: Run) -> None:
    done = run("web01", f"getent ahostsv4 ssm.{REGION}.amazonaws.com")

    assert done.stdout.splitlines()[0] == (
        f"10.20.1.21      STREAM ssm.{REGION}.amazonaws.com"
    )
    assert run("web01", "getent ahostsv4 unknown.example").returncode == 2
    assert run("web01", "getent hosts web01").stdout.split() == ["127.0.1.1", "web01"]


def test_a_truncated_answer_is_asked_for_again_over_tcp(run: Run) -> None:
    done = run("web01", f"getent ahostsv4 kms.{REGION}.amazonaws.com")

    addresses = {line.split()[0] for line in done.stdout.splitlines()}
    assert addresses == {"10.20.1.22", "10.20.2.22"}


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("https://unknown.example/", 6, "Could not resolve host: unknown.example"),
        (f"https://sts.{REGION}.amazonaws.com/", 28, "Connection timed out after 5000"),
        ("http://169.254.169.254/", 28, "Connection timed out"),
        (f"{BUCKET}/nothing", 22, "The requested URL returned error: 400"),
    ],
)
def test_downloads_fail_as_curl_fails(
    run: Run, url: str, code: int, words: str
) -> None:
    done = run("web01", f"curl -fsS --connect-timeout 5 -o /dev/null {url}")

    assert done.returncode == code
    assert f"curl: ({code}) {words}" in done.stderr


def test_a_refusal_is_an_answer_unless_failing_is_asked_for(run: Run) -> None:
    done = run("web01", f"curl -s -o /dev/null -w '%{{http_code}}' {BUCKET}/nothing")

    assert (0, "400") == (done.returncode, done.stdout)


def test_downloads_name_the_service_and_the_way(run: Run, aws: Aws) -> None:
    done = run("web01", f"{HERE}wget -q -O agent.deb {AGENT}; cat agent.deb")

    assert json.loads(done.stdout)["name"] == "amazon-ssm-agent"
    seen = aws.calls[-1].headers
    assert seen["x-rehearsal-address"] == "10.20.1.21"
    assert seen["x-rehearsal-source"] == "192.168.10.11"


def test_a_good_signature_is_told_from_a_bad_one(run: Run) -> None:
    fetched = run(
        "web01",
        f"{HERE}curl -fsS -o a {AGENT}; curl -fsS -o a.sig {AGENT}.sig;"
        f" curl -fsS -o key {BUCKET}/amazon-ssm-agent.gpg",
    )
    assert fetched.returncode == 0
    verify = (
        "gpg --batch --status-fd 3 --verify a.sig a 3>verdict; echo $?; cat verdict"
    )

    without = run("web01", KEYS + verify)
    run("web01", f"{KEYS}gpg --batch --quiet --import key")
    good = run("web01", KEYS + verify)
    bad = run("web01", f"{KEYS}echo changed >>a; {verify}")

    assert without.stdout.startswith("2\n[GNUPG:] ERRSIG")
    assert good.stdout.startswith("0\n[GNUPG:] GOODSIG")
    assert 'Good signature from "SSM Agent <ssm-agent-signer@amazon.com>"' in (
        good.stderr
    )
    assert bad.stdout.startswith("1\n[GNUPG:] BADSIG")


def test_a_key_s_fingerprint_is_shown(run: Run) -> None:
    run("web01", f"{HERE}curl -fsS -o key {BUCKET}/amazon-ssm-agent.gpg")
    run("web01", f"{KEYS}gpg --import key")

    shown = run("web01", f"{KEYS}gpg --batch --with-colons --fingerprint").stdout

    key = run("web01", f"{HERE}cat key").stdout
    assert f"fpr:::::::::{json.loads(key)['fingerprint']}:" in shown
    assert run("web01", f"{KEYS}echo no >key; gpg --import key").returncode == 2


def test_a_debian_package_comes_and_goes_with_its_service(run: Run) -> None:
    assert run("web01", "dpkg -s amazon-ssm-agent").returncode == 1
    install(run, register=False)

    assert "Status: install ok installed" in (
        run("web01", "dpkg -s amazon-ssm-agent").stdout
    )
    shown = run("web01", "dpkg-query -W -f='${Status} ${Version}' amazon-ssm-agent")
    assert shown.stdout.startswith("install ok installed 3.")
    assert run("web01", "command -v amazon-ssm-agent ssm-cli").returncode == 0
    assert run("web01", "systemctl is-enabled amazon-ssm-agent").stdout == "enabled\n"

    run("web01", "dpkg -r amazon-ssm-agent")
    assert "deinstall ok config-files" in (
        run("web01", "dpkg -s amazon-ssm-agent").stdout
    )
    assert run("web01", "command -v amazon-ssm-agent").returncode != 0
    assert run("web01", "systemctl start amazon-ssm-agent").returncode == 5

    run("web01", "dpkg --purge amazon-ssm-agent")
    assert run("web01", "dpkg -s amazon-ssm-agent").returncode == 1


def test_an_rpm_package_comes_and_goes(run: Run) -> None:
    url = f"{BUCKET}/linux_amd64/amazon-ssm-agent.rpm"
    query = "rpm -q --queryformat '%{VERSION}\\n' amazon-ssm-agent"
    fetched = run("db01", f"{HERE}curl -fsS -o a.rpm {url}; dnf install -y ./a.rpm")

    assert fetched.returncode == 0
    assert run("db01", query).stdout.startswith("3.")
    assert run("db01", f"{HERE}rpm -U a.rpm").returncode == 1
    assert run("db01", "systemctl is-active amazon-ssm-agent").stdout == "active\n"

    assert run("db01", "rpm -e amazon-ssm-agent").returncode == 0
    assert run("db01", query).stdout == "package amazon-ssm-agent is not installed\n"
    assert run("db01", "dnf install -y jq").returncode == 1


def test_a_package_of_another_system_is_refused(run: Run) -> None:
    fetched = f"{HERE}curl -fsS -o a {AGENT}; "

    wrong = run("pi01", f"{fetched}dpkg -i a")
    assert wrong.returncode == 1
    assert "architecture (amd64) does not match system (arm64)" in wrong.stderr
    assert "not an rpm package" in run("db01", f"{fetched}rpm -U a").stderr


def test_services_start_once_and_stop(run: Run) -> None:
    install(run, register=False)
    pid = "systemctl show -p MainPID --value amazon-ssm-agent"

    assert run("web01", pid).stdout == "0\n"
    assert run("web01", "systemctl is-active amazon-ssm-agent").returncode == 3
    run("web01", "systemctl start amazon-ssm-agent")
    first = run("web01", pid).stdout
    run("web01", "service amazon-ssm-agent start")
    assert first == run("web01", pid).stdout != "0\n"
    assert first == run("web01", "pgrep amazon-ssm-agent").stdout
    run("web01", "systemctl restart amazon-ssm-agent")
    assert first != run("web01", pid).stdout
    assert (
        "active (running)" in run("web01", "systemctl status amazon-ssm-agent").stdout
    )
    assert run("web01", "systemctl stop amazon-ssm-agent").returncode == 0
    assert run("web01", "systemctl status nothing").returncode == 4


def test_log_lines_go_to_the_system_s_log(run: Run) -> None:
    run("web01", "logger -t closednet one line")
    run("db01", "logger -t closednet", text="read\n")

    log = "tail -n 1 $CLOSEDNET_ROOT/var/log"
    assert "web01 closednet: one line\n" in run("web01", f"{log}/syslog").stdout
    assert "db01 closednet: read\n" in run("db01", f"{log}/messages").stdout
