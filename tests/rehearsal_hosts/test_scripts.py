"""
The runbook's own scripts, unchanged, on simulated servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.hosts.facts import parse
from closednet.hosts.scripts import assignments, render
from closednet_rehearsal.signing_key import fingerprint, public_key
from tests.rehearsal_hosts.agents import (
    ACTIVATION,
    BUCKET,
    CODE,
    NODE,
    enrol,
    install,
)
from tests.rehearsal_hosts.conftest import REGION


if TYPE_CHECKING:
    import subprocess

    from tests.rehearsal_hosts.conftest import Run
    from tests.rehearsal_hosts.doubles import Aws


PACKAGES = {
    "web01": ("deb", f"{BUCKET}/debian_amd64/amazon-ssm-agent.deb"),
    "db01": ("rpm", f"{BUCKET}/linux_amd64/amazon-ssm-agent.rpm"),
}


def give(
    run: Run, host: str, name: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """
    Run one of the runbook's scripts on a server.
    """
    text = render(name).text
    done = run(host, "/bin/sh -s", text=assignments(variables) + text)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_a_fresh_server_tells_its_facts(run: Run) -> None:
    facts = parse("db01", give(run, "db01", "facts").stdout)

    assert (facts.os_id, facts.os_version, facts.arch) == ("rhel", "9", "x86_64")
    assert (facts.hostname, facts.package_format) == ("db01", "rpm")
    assert not facts.instance_metadata
    assert not facts.ssm_version
    assert not facts.cloudwatch_installed


def test_servers_reach_services_over_the_private_link_alone(run: Run) -> None:
    names = [f"{name} {name}.{REGION}.amazonaws.com" for name in ("ssm", "sts")]

    done = give(run, "web01", "reach", NAMES="\n".join(names))

    assert f"ssm ssm.{REGION}.amazonaws.com 10.20.1.21 answers" in done.stdout
    assert f"sts sts.{REGION}.amazonaws.com 198.51.100.7 silent" in done.stdout


def test_the_agent_comes_and_goes_by_the_runbook_s_scripts(run: Run, aws: Aws) -> None:
    enrol(aws)
    for host, (kind, url) in PACKAGES.items():
        give(
            run,
            host,
            "install-ssm-agent",
            SITE="site",
            URL=url,
            FORMAT=kind,
            MINIMUM="3.3.0.0",
            FINGERPRINT=fingerprint(),
            SIGNING_KEY=public_key(),
        )
        given = {"REGION": REGION, "ACTIVATION_ID": ACTIVATION, "CODE": CODE}
        give(run, host, "register", SITE="site", **given)
        give(run, host, "start-ssm-agent")
        there = parse(host, give(run, host, "facts").stdout)
        give(run, host, "stop-ssm-agent")
        give(run, host, "unregister", NODE=NODE)
        give(run, host, "remove-ssm-agent")
        gone = parse(host, give(run, host, "facts").stdout)

        assert (there.node_id, there.node_region) == (NODE, REGION)
        assert there.ssm_active
        assert there.mark("ssm-agent-package", "key") == fingerprint()
        assert (gone.node_id, gone.ssm_version, gone.ssm_active) == ("", "", False)
        assert not gone.marks


def test_the_setup_cli_registers_once_and_only_if_it_is_signed_and_the_newest(
    run: Run, aws: Aws
) -> None:
    """
    Its parts come by the endpoint's own name, whatever S3's names answer.
    """
    enrol(aws)
    install(run, register=False)
    bucket = BUCKET.removesuffix("/latest")
    about = {
        "SITE": "tokyo-dc1",
        "REGION": REGION,
        "ACTIVATION_ID": ACTIVATION,
        "CODE": CODE,
        "CLI_URL": f"{BUCKET}/debian_amd64/ssm-setup-cli",
        "MANIFEST_URL": f"{bucket}/ssm-agent-manifest.json",
        "SIGNING_KEY": public_key(),
        "FINGERPRINT": fingerprint(),
    }
    where = about["MANIFEST_URL"].removeprefix("https://")
    manifest = aws.objects[where]
    text = assignments(about) + render("register-by-setup-cli").text
    aws.objects[where] = manifest.replace(b'"Checksum": "', b'"Checksum": "0')
    stale = run("web01", "/bin/sh -s", text=text)
    aws.objects[where] = manifest
    assert stale.returncode
    assert "checksum mismatch with latest ssm-setup-cli" in stale.stdout
    other = text.replace(f"\nFINGERPRINT={fingerprint()}", f"\nFINGERPRINT={'A' * 40}")
    assert "has fingerprint" in run("web01", "/bin/sh -s", text=other).stdout
    assert [] == aws.of("RegisterManagedInstance")

    done = run("web01", "/bin/sh -s", text=text)
    again = run("web01", "/bin/sh -s", text=text)

    assert f"closednet: node_id={NODE}" in done.stdout, done.stdout + done.stderr
    assert 1 == len(aws.of("RegisterManagedInstance"))
    assert f"is registered as {NODE}" in again.stdout
    kept = run("web01", "cat $CLOSEDNET_ROOT/etc/amazon/ssm/amazon-ssm-agent.json")
    assert '"OnPrem"' in kept.stdout
    assert 0 == run("web01", "systemctl is-active amazon-ssm-agent").returncode
