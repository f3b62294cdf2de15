"""
Every family of operating systems, every shell: the same scripts, the right package.
"""

from __future__ import annotations

import subprocess

from typing import TYPE_CHECKING, Final

import pytest

from closednet.hosts.facts import parse
from closednet.hosts.scripts import Script, render
from closednet.hosts.ssm_agent import Source, package_path
from closednet.model.specs.hosts import SsmAgentPackage
from closednet.params.site import Host
from tests.tools import tool


if TYPE_CHECKING:
    from tests.contract.hosts.worlds import Site

SHELLS: Final = {
    "dash": ("dash", "-s"),
    "bash": ("bash", "-s"),
    "bash --posix": ("bash", "--posix", "-s"),
    "busybox": ("busybox", "sh", "-s"),
}
# os: what its os-release says, the package format
FAMILIES: Final = {
    "ubuntu": ("ID=ubuntu\nID_LIKE=debian\n", "deb"),
    "debian": ("ID=debian\n", "deb"),
    "rhel": ('ID="rhel"\nID_LIKE="fedora"\n', "rpm"),
    "rocky": ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "rpm"),
    "almalinux": ('ID="almalinux"\nID_LIKE="rhel centos fedora"\n', "rpm"),
    "oracle": ('ID="ol"\nID_LIKE="fedora"\n', "rpm"),
    "amazon-linux-2": ('ID="amzn"\nID_LIKE="centos rhel fedora"\n', "rpm"),
    "amazon-linux-2023": ('ID="amzn"\nID_LIKE="fedora"\n', "rpm"),
    "sles": ('ID="sles"\nID_LIKE="suse"\n', "rpm"),
}


def run(site: Site, script: Script, shell: str) -> str:
    """
    Run a script in a world, under one shell.
    """
    program, *rest = SHELLS[shell]
    folder = site.world("web1").folder
    done = subprocess.run(
        [tool(program, program), *rest],
        input=script.text,
        text=True,
        capture_output=True,
        check=True,
        env={
            "PATH": f"{folder}/bin:/usr/bin:/bin",
            "HOME": f"{folder}/root/root",
            "CLOSEDNET_ROOT": f"{folder}/root",
            "WORLD": str(folder),
            "LANG": "C.UTF-8",
        },
    )
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_facts_of_every_family_are_the_same_under_every_shell(
    site: Site, shell: str
) -> None:
    site.host("web1")
    world = site.world("web1")
    world.set("package", "3.3.1230.0\n")
    for name, (release, kind) in FAMILIES.items():
        world.write("etc/os-release", f'{release}VERSION_ID="9"\n')
        facts = parse("web1", run(site, render("facts"), shell))

        assert (kind, "9", "3.3.1230.0") == (
            facts.package_format,
            facts.os_version,
            facts.ssm_version,
        ), name


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_written_is_the_same_under_every_shell(site: Site, shell: str) -> None:
    site.host("web1")
    world = site.world("web1")
    world.write("root/.aws/credentials", "[default]\naws_access_key_id = A\n", 0o600)
    script = render(
        "set-cloudwatch-credentials",
        SITE="dc1",
        PROFILE="CW",
        FILE="/root/.aws/credentials",
        REGION="eu-west-1",
        KEY_ID="ID",
        KEY_SECRET="$(x) 'y'",
    )
    first = run(site, script, shell)
    text = world.read("root/.aws/credentials")

    assert "closednet: profile=CW\n" in first
    assert text.startswith("[default]\naws_access_key_id = A\n[CW]\n")
    assert "aws_secret_access_key = $(x) 'y'" in text

    run(site, script, shell)
    assert text == world.read("root/.aws/credentials")

    dropped = render(
        "drop-cloudwatch-credentials", PROFILE="CW", FILE="/root/.aws/credentials"
    )
    run(site, dropped, shell)
    assert "CW" not in world.read("root/.aws/credentials")


@pytest.mark.parametrize(
    ("os", "arch", "path"),
    [
        ("ubuntu", "x86_64", "debian_amd64/amazon-ssm-agent.deb"),
        ("debian", "arm64", "debian_arm64/amazon-ssm-agent.deb"),
        ("rocky", "x86_64", "linux_amd64/amazon-ssm-agent.rpm"),
        ("amazon-linux-2023", "arm64", "linux_arm64/amazon-ssm-agent.rpm"),
        ("sles", "x86_64", "linux_amd64/amazon-ssm-agent.rpm"),
        ("windows", "x86_64", "windows_amd64/AmazonSSMAgentSetup.exe"),
    ],
)
def test_each_system_gets_its_package_from_wherever(
    os: str, arch: str, path: str
) -> None:
    host = Host.model_validate(
        {"name": "h", "address": "192.0.2.1", "os": os, "arch": arch}
    )
    source = Source("dc1", "eu-west-1", lambda: "*.vpce-1.s3.example", lambda: "key")
    spec = SsmAgentPackage("h", "3.3.1.0", "3.3.0.0", "KEY")
    mirror = SsmAgentPackage("h", "3.3.1.0", "3.3.0.0", "KEY", "mirror http://m/ssm")
    folder = SsmAgentPackage("h", "3.3.1.0", "3.3.0.0", "KEY", "folder /srv/p")

    assert path == package_path(host)
    bucket = "https://bucket.vpce-1.s3.example/amazon-ssm-eu-west-1/3.3.1.0"
    assert f"{bucket}/{path}" == source.url(spec, host)
    assert f"http://m/ssm/3.3.1.0/{path}" == source.url(mirror, host)
    assert f"file:///srv/p/{path.rpartition('/')[2]}" == source.url(folder, host)
