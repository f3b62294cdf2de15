"""
Every way in which parameters can be wrong is named, with its place.
"""

from __future__ import annotations

import os

from pathlib import Path

import pytest

from closednet.errors import ParamsError
from closednet.params.load import load


ROOT = Path(__file__).parents[3]
GOOD = (ROOT / "params" / "rehearsal.yaml").read_text("utf-8")

ELSEWHERE = "'arn:aws:kms:eu-west-1:222222222222:key/1'"

# old text, new text, the path that is named, words of the message
BAD = [
    ("site: tokyo-dc1", "site: Tokyo_DC1", "site", "does not look like"),
    ("site: tokyo-dc1", "", "site", "is missing"),
    ("region: ap-northeast-1", "region: tokyo", "region", "'ap-northeast-1'"),
    ("region: ap-northeast-1", "region: “ap-northeast-1”", "region", "word processor"),
    (
        "region: ap-northeast-1",
        "region: \u0430p-northeast-1",
        "region",
        "does not look",
    ),
    ("region: ap-northeast-1", "regoin: ap-northeast-1", "regoin", "did you mean"),
    ("region: ap-", "region: ap-northeast-1\nregion: ap-", "region", "given twice"),
    ('id: "222222222222"', "id: 222222222222", "accounts.management.id", "in quotes"),
    ('id: "222222222222"', 'id: "2222"', "accounts.management.id", "look like"),
    (
        "role_arn: arn:aws:iam::111111111111:role/closednet-operator",
        "role_arn: arn:aws:iam::333333333333:role/closednet-operator",
        "accounts.network.role_arn",
        "not a role of account 111111111111",
    ),
    ("vpc-0c1053d0000000001", "vpc-XYZ", "network.vpc_id", "does not look like"),
    (
        "vpc_cidr: 10.20.0.0/16",
        "vpc_cidr: 10.20.0.1/16",
        "network.vpc_cidr",
        "host bits",
    ),
    ("vpc_cidr: 10.20.0.0/16", "vpc_cidr: 10.20.0.0/40", "network.vpc_cidr", "network"),
    ("cidr: 10.20.1.0/24", "cidr: 10.99.1.0/24", "network.subnets[0].cidr", "outside"),
    (
        "inbound_ip: 10.20.1.10",
        "inbound_ip: 10.20.1.2",
        "network.subnets[0].inbound_ip",
        "first four",
    ),
    (
        "inbound_ip: 10.20.1.10",
        "inbound_ip: 10.20.7.10",
        "network.subnets[0].inbound_ip",
        "free address of 10.20.1.0/24",
    ),
    (
        "inbound_ip: 10.20.1.10",
        "inbound_ip: 10.20.1.999",
        "network.subnets[0].inbound_ip",
        "not an IPv4 address",
    ),
    (
        "availability_zone: ap-northeast-1c",
        "availability_zone: ap-northeast-1a",
        "network.subnets[1].availability_zone",
        "given twice",
    ),
    (
        "availability_zone: ap-northeast-1c",
        "availability_zone: us-east-1c",
        "network.subnets[1].availability_zone",
        "not in Region",
    ),
    (
        "on_premises_cidrs: [192.168.10.0/24]",
        "on_premises_cidrs: [10.20.0.0/17]",
        "network.on_premises_cidrs[0]",
        "overlaps",
    ),
    (
        "on_premises_cidrs: [192.168.10.0/24]",
        "on_premises_cidrs: []",
        "network.on_premises_cidrs",
        "at least 1",
    ),
    (
        "dns_servers: [192.168.10.53]",
        "dns_servers: [dns1.example]",
        "network.dns_servers[0]",
        "does not look like",
    ),
    ("[ssm, ssmmessages", "[ssmmessages", "endpoints.services", "lacks ssm"),
    ("[ssm, ssmmessages", "[ssm, sqs", "endpoints.services[1]", "must be"),
    ("kms, s3", "s3", "endpoints.services", "lacks kms"),
    (
        "registration_limit: 3",
        "registration_limit: 2",
        "activation.registration_limit",
        "3 servers",
    ),
    (
        "registration_limit: 3",
        "registration_limit: 2000",
        "activation.registration_limit",
        "1000",
    ),
    (
        "expires_in_hours: 24",
        "expires_in_hours: 721",
        "activation.expires_in_hours",
        "720",
    ),
    (
        "secret_store: parameter-store",
        "secret_store: file",
        "activation.secret_file",
        "is missing",
    ),
    (
        "consents: [advanced-instances-tier, session-preferences]",
        "consents: [session-preferences]",
        "consents",
        "advanced-instances-tier",
    ),
    (
        "consents: [advanced-instances-tier, session-preferences]",
        "consents: [advanced-instances-tier]",
        "consents",
        "session-preferences",
    ),
    (
        "retention_days: 5",
        "retention_days: 6",
        "cloudwatch.logs[0].retention_days",
        "5",
    ),
    (
        "  logs:\n",
        "  groups: [{name: web, interval_s: 30}]\n  logs:\n",
        "cloudwatch.groups[0].name",
        "web is a group of no server",
    ),
    (
        "  logs:\n",
        "  groups: [{name: web}]\n  logs:\n",
        "cloudwatch.groups[0]",
        "says nothing that differs",
    ),
    (
        "  logs:\n",
        "  config_tier: advanced\n  logs:\n",
        "cloudwatch.config_tier",
        "not used; config_store is file",
    ),
    (
        "  logs:\n",
        (
            "  windows: {event_logs: [{name: System, log_group: x, retention_days: 6}]}\n"
            "  logs:\n"
        ),
        "cloudwatch.windows.event_logs[0].retention_days",
        "knows 5",
    ),
    (
        "  logs:\n",
        (
            "  windows:\n    counters:\n"
            "      - {name: Memory, counters: [a]}\n      - {name: memory, counters: [b]}\n"
            "  logs:\n"
        ),
        "cloudwatch.windows.counters[1].name",
        "given twice",
    ),
    (
        "ssm_agent:\n",
        "ssm_agent:\n  registration: setup-cli\n  package_folder: /srv/agent\n",
        "ssm_agent.registration",
        "packages may not come from elsewhere",
    ),
    (
        "output:\n",
        'output:\n  bucket_account: "222222222222"\n',
        "output.bucket_account",
        "leave it out",
    ),
    ("key/0c1053d0", "alias/0c1053d0", "session.kms_key_arn", "does not look like"),
    (
        "kms:ap-northeast-1:222222222222",
        "kms:us-east-1:222222222222",
        "session.kms_key_arn",
        "not a key of Region",
    ),
    (
        "kms:ap-northeast-1:222222222222",
        "kms:ap-northeast-1:999999999999",
        "session.kms_key_arn",
        "management account",
    ),
    ("name: web02", "name: WEB01", "hosts[1].name", "given twice"),
    ("address: 192.168.10.12", "address: 192.168.10.11", "hosts[1].address", "twice"),
    ("address: 192.168.10.12", "address: 172.16.0.1", "hosts[1].address", "none of"),
    ("os: rhel", "os: redhat", "hosts[2].os", "must be"),
    ("os: rhel", "os: windows", "hosts[2].connector", "script"),
    ("bucket: closednet-", "bucket: Closednet.", "output.bucket", "does not look like"),
    ("rollout:\n", "rollout: yes\nx:\n", "rollout", "object"),
    *(
        ("connection:", f"evidence: {{{text}}}\nconnection:", f"evidence.{path}", words)
        for text, path, words in (
            ("signature: {method: ssh}", "signature.key_file", "is missing"),
            ("signature: {method: kms}", "signature.kms_key_arn", "is missing"),
            ("signature: {key_file: a}", "signature.key_file", "not used by method"),
            (
                f"signature: {{method: kms, kms_key_arn: {ELSEWHERE}}}",
                "signature.kms_key_arn",
                "not a key of Region",
            ),
            (
                "deposit: {bucket: closednet-rehearsal-output-222222222222}",
                "deposit.bucket",
                "where servers may write",
            ),
            ("time_stamp: {authority_file: a}", "time_stamp.url", "is missing"),
            ("time_stamp: {url: ftp://a}", "time_stamp.url", "does not look like"),
        )
    ),
]


@pytest.fixture(name="connection", autouse=True)
def _connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "connection.yaml"
    file.write_text("simulated: true\n")
    monkeypatch.setenv("CLOSEDNET_CONNECTION", os.fspath(file))
    return file


def _problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    file = tmp_path / "site.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        load(file)
    return [(problem.path, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(("old", "new", "path", "words"), BAD)
def test_each_bad_parameter_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, path: str, words: str
) -> None:
    """
    The report names the path in the file and what would be right.
    """
    assert old in GOOD

    found = _problems(tmp_path, GOOD.replace(old, new, 1))

    assert any(p == path and words in message for p, message in found), found


def test_the_rehearsal_is_well_described(tmp_path: Path) -> None:
    """
    The file of the rehearsal itself has no problem.
    """
    file = tmp_path / "site.yaml"
    file.write_text(GOOD)

    assert "tokyo-dc1" == load(file).site


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """
    Nobody mends a file one error at a time.
    """
    text = (
        GOOD.replace("os: rhel", "os: redhat")
        .replace("expires_in_hours: 24", "expires_in_hours: 0")
        .replace("region: ap-northeast-1", "region: tokyo")
    )

    paths = {path for path, _ in _problems(tmp_path, text)}

    assert {"hosts[2].os", "activation.expires_in_hours", "region"} <= paths


def test_a_problem_names_its_line(tmp_path: Path) -> None:
    """
    The line leads to the place in the editor.
    """
    file = tmp_path / "site.yaml"
    file.write_text(GOOD.replace("os: rhel", "os: redhat"))
    with pytest.raises(ParamsError) as caught:
        load(file)

    line = next(p.line for p in caught.value.problems if p.path == "hosts[2].os")
    assert line is not None
    assert "redhat" in file.read_text().splitlines()[line - 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("- a\n- b\n", "mapping"),
        ("site: [unclosed", "not YAML"),
        ("\tsite: x", "not YAML"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    """
    Even a file that cannot be read gets one clear report.
    """
    file = tmp_path / "site.yaml"
    file.write_text(text)

    with pytest.raises(ParamsError, match=words):
        load(file)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """
    A file in another encoding is named as such.
    """
    file = tmp_path / "site.yaml"
    file.write_bytes(GOOD.encode("utf-16"))

    with pytest.raises(ParamsError, match="UTF-8"):
        load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """
    The message names the file that is not there.
    """
    with pytest.raises(ParamsError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_account_numbers_keep_their_leading_zero(tmp_path: Path) -> None:
    """
    YAML would read 012345670123 as an octal number; ours does not.
    """
    text = GOOD.replace('id: "111111111111"', "id: 012345670123")

    found = _problems(tmp_path, text)

    assert all("1402433619" not in message for _, message in found)
