"""
TLS on loopback, the files it needs, and host names on the plain port.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import stat
import subprocess
import sys

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cryptography import x509

from closednet_rehearsal.__main__ import main
from closednet_rehearsal.site.certificates import Authority
from closednet_rehearsal.site.doors import certificate_names
from closednet_rehearsal.site.inside import environment
from closednet_rehearsal.site.namespace import NamespaceError, enter, open_namespace
from closednet_rehearsal.work_dir import Ready, Tls
from tests.rehearsal_agent.agents import Agent
from tests.rehearsal_agent.roads import Road
from tests.rehearsal_dns.worlds import S3, S3_VPCE, SSM
from tests.rehearsal_tls.conftest import REGION


if TYPE_CHECKING:
    from tests.rehearsal_tls.conftest import Site

NETWORKS = ("192.168.10.0/24",)
SSM_NAME = f"ssm.{REGION}.amazonaws.com"


def handshake(site: Site, name: str) -> tuple[str, ...]:
    """
    Return the names of the certificate that a name gets on loopback.
    """
    context = ssl.create_default_context(cafile=site.tls.ca_file)
    where = urlsplit(site.tls.url)
    address = (str(where.hostname), int(where.port or 0))
    with context.wrap_socket(
        socket.create_connection(address, 5), server_hostname=name
    ) as connection:
        raw = connection.getpeercert(binary_form=True)
    assert raw is not None
    extensions = x509.load_der_x509_certificate(raw).extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return tuple(names.value.get_values_for_type(x509.DNSName))


def plain(site: Site, host: str, method: str = "GET") -> tuple[int, bytes]:
    """
    Ask the plain port under a host name; return status and body.
    """
    connection = http.client.HTTPConnection(
        urlsplit(site.rehearsal.endpoint_url).netloc
    )
    connection.request(method, "/", headers={"Host": host})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def test_names_choose_the_endpoint_on_loopback(started: Site) -> None:
    assert SSM_NAME in handshake(started, SSM_NAME)
    assert SSM_NAME not in handshake(started, f"logs.{REGION}.amazonaws.com")
    assert f"*.s3.{REGION}.amazonaws.com" in handshake(
        started, f"a-bucket.s3.{REGION}.amazonaws.com"
    )


@pytest.mark.parametrize("name", [f"sts.{REGION}.amazonaws.com", "example.com"])
def test_names_without_endpoint_get_nothing_on_loopback(
    started: Site, name: str
) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(started, name)


def test_keys_are_for_their_owner_only(started: Site) -> None:
    handshake(started, SSM_NAME)
    folder = Path(started.tls.ca_file).parent
    modes = {
        file.name: stat.S_IMODE(file.stat().st_mode)
        for file in folder.iterdir()
        if b"PRIVATE" in file.read_bytes()
    }

    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert {0o600} == set(modes.values())
    assert "ca.pem" not in modes


@pytest.mark.parametrize(
    ("host", "status", "error"),
    [
        (SSM_NAME, 404, b"UnknownOperationException"),
        (f"logs.{REGION}.amazonaws.com", 404, b"UnknownOperationException"),
        (f"{SSM_NAME}:443", 404, b"UnknownOperationException"),
        (
            f"vpce-0a-b.ssm.{REGION}.vpce.amazonaws.com",
            404,
            b"UnknownOperationException",
        ),
        (f"sts.{REGION}.amazonaws.com", 403, b"MissingAuthenticationToken"),
        (f"monitoring.{REGION}.amazonaws.com", 403, b"MissingAuthenticationToken"),
        (f"s3.{REGION}.amazonaws.com", 403, b"AccessDenied"),
        ("127.0.0.1", 403, b"AccessDenied"),
    ],
)
def test_a_host_name_says_whose_error_it_is(
    started: Site, host: str, status: int, error: bytes
) -> None:
    told = plain(started, host)

    assert status == told[0]
    assert error in told[1]


def test_agents_join_by_host_name_on_the_plain_port(started: Site) -> None:
    """As behind somebody else's TLS: the Host header alone says who is meant."""
    port = urlsplit(started.rehearsal.endpoint_url).port
    agent = started.operator.join(Road(port=int(port or 0)))
    foreign = Agent(Road(port=int(port or 0)), region="eu-west-1")

    assert "Online" == started.operator.node(agent)["PingStatus"]
    with pytest.raises(Exception, match="InvalidActivation"):
        foreign.register(started.operator.activate())


def test_certificates_bear_the_names_of_the_service() -> None:
    below = f"ssm.{REGION}.vpce.amazonaws.com"
    ssm, s3 = certificate_names(SSM), certificate_names(S3)

    assert {SSM_NAME, f"*.{below}"} <= set(ssm)
    assert {f"s3.{REGION}.amazonaws.com", f"*.s3.{REGION}.amazonaws.com"} <= set(s3)
    assert {f"*.{S3_VPCE}", f"*.bucket.{S3_VPCE}"} <= set(s3)
    assert not any(name.startswith("*.ssm") and "vpce" not in name for name in ssm)


def test_every_start_has_an_authority_of_its_own(tmp_path: Path) -> None:
    first, second = Authority(tmp_path / "a"), Authority(tmp_path / "b")

    assert first.ca_file.read_bytes() != second.ca_file.read_bytes()
    assert first.context(["x.test"]) is first.context(["x.test", "x.test"])
    assert b"PRIVATE" not in first.ca_file.read_bytes()


def test_whoever_is_not_root_gets_a_site_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    try:
        site = open_namespace(tmp_path, NETWORKS)
    except NamespaceError as error:
        pytest.skip(str(error))
    try:
        done = subprocess.run(
            enter(site.pid, ["cat", "/etc/resolv.conf"], user=site.user),
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        site.close()
        for server in site.name_servers:
            server.udp.close()
            server.tcp.close()
        site.https.close()

    assert site.user
    assert "nameserver 192.168.10.53\n" == done.stdout


def test_a_machine_that_forbids_namespaces_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "bin" / "unshare"
    refusing.parent.mkdir()
    refusing.write_text(
        "#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n"
    )
    refusing.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setenv("PATH", f"{refusing.parent}:/usr/bin:/bin")

    with pytest.raises(NamespaceError, match="Operation not permitted"):
        open_namespace(tmp_path, NETWORKS)


def test_missing_tools_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)

    with pytest.raises(NamespaceError, match="util-linux"):
        open_namespace(tmp_path, NETWORKS)


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        (None, "without --tls"),
        (Tls("https://127.0.0.1:1", "ca.pem", reason="not allowed"), "not allowed"),
    ],
)
def test_inside_says_why_there_is_no_inside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tls: Tls | None, reason: str
) -> None:
    inside = ["inside", "--work-dir", str(tmp_path), "--", "true"]
    nothing = main(inside)
    ready = Ready("http://x", "x", None, "x", str(tmp_path), 1, tls=tls)
    (tmp_path / "ready.json").write_text(ready.as_json())

    assert (2, 2) == (nothing, main(inside))
    told = capsys.readouterr().err
    assert "no rehearsal is running" in told
    assert reason in told


def test_clients_inside_go_nowhere_else() -> None:
    given = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://proxy",
        "PATH": "/bin",
    }
    seen = environment(Tls("https://127.0.0.1:1", "/ca.pem", 1), given)

    assert {"PATH", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "SSL_CERT_FILE"} <= set(seen)
    assert "/ca.pem" == seen["SSL_CERT_FILE"]
    assert not [name for name in seen if "ENDPOINT" in name or "PROXY" in name]


def test_status_tells_of_tls(started: Site) -> None:
    work_dir = str(started.rehearsal.work_dir)
    done = subprocess.run(
        [sys.executable, "-m", "closednet_rehearsal", "status", "--work-dir", work_dir],
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.tls.url == json.loads(done.stdout)["tls"]["url"]
