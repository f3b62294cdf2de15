from __future__ import annotations

import json

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jsonschema import Draft4Validator

from closednet.errors import ParamsError
from closednet.model.cloudwatch_config import (
    expected_metrics,
    expected_stream,
    parameter_name,
    rendered,
)
from closednet.model.cloudwatch_wishes import Wishes
from closednet.params.monitoring import LogFile
from tests.unit.hosts.sites import host, params


if TYPE_CHECKING:
    from closednet.params.site import Host, SiteParams


ARTICLE: dict[str, Any] = {
    "cpu": (["cpu_usage_idle"], True),
    "disk": (["used_percent"], True),
    "diskio": (["write_bytes", "read_bytes", "writes", "reads"], True),
    "mem": (["mem_used_percent"], False),
    "net": (["bytes_sent", "bytes_recv", "packets_sent", "packets_recv"], True),
    "swap": (["swap_used_percent"], False),
}


# The agent's own schema, where somebody put it beside the checkout.
FACTS = Path(__file__).parents[4] / "shared" / "facts"
SCHEMA = FACTS / "cloudwatch-agent-config-schema.json"
MIXED: dict[str, Any] = {
    "windows": {
        "counters": [
            {"name": "Processor", "counters": ["% Idle Time", "% User Time"]},
            {"name": "Memory", "counters": ["Available Bytes"], "instances": []},
        ],
        "event_logs": [{"name": "System", "log_group": "windows"}],
    },
    "groups": [
        {
            "name": "db",
            "interval_s": 30,
            "metrics": {"mem": ["mem_used"], "cpu": [], "disk": []},
            "logs": [{"file_path": "/var/log/db.log", "log_group": "db"}],
        },
        {
            "name": "files",
            "windows": {
                "counters": [{"name": "LogicalDisk", "counters": ["% Free Space"]}]
            },
        },
    ],
}


def config(site: SiteParams, server: Host) -> Any:
    """
    Return the configuration of a server, which the agent's schema accepts.
    """
    made = json.loads(rendered(site, server))
    schema = json.loads(SCHEMA.read_text("utf-8")) if SCHEMA.is_file() else {}
    Draft4Validator(schema).validate(made)
    return made


def grouped(name: str, os_name: str, *groups: str) -> Host:
    return host(name, os_name).model_copy(update={"groups": groups})


def test_the_defaults_are_what_the_article_configures() -> None:
    made = config(params(), host("web01"))
    collected = made["metrics"]["metrics_collected"]
    assert set(collected) == set(ARTICLE)
    for plugin, (measurement, all_resources) in ARTICLE.items():
        assert collected[plugin]["measurement"] == measurement
        assert collected[plugin]["metrics_collection_interval"] == 60
        assert ("resources" in collected[plugin]) == all_resources
    assert collected["cpu"]["totalcpu"] is True
    assert made["agent"]["run_as_user"] == "root"
    assert made["logs"]["logs_collected"]["files"]["collect_list"] == [
        {
            "file_path": "/var/log/syslog",
            "log_group_name": "messages",
            "log_stream_name": "{hostname}",
            "retention_in_days": 5,
        }
    ]


def test_the_region_stands_in_the_configuration_itself() -> None:
    assert config(params(), host("web01"))["agent"]["region"] == "ap-northeast-1"


@pytest.mark.parametrize(
    ("os_name", "path"),
    [
        ("ubuntu", "/var/log/syslog"),
        ("rhel", "/var/log/messages"),
        ("sles", "/var/log/messages"),
    ],
)
def test_the_system_log_has_its_familys_name(os_name: str, path: str) -> None:
    made = config(params(), host("db01", os_name))
    files = made["logs"]["logs_collected"]["files"]["collect_list"]
    assert [file["file_path"] for file in files] == [path]


def test_windows_gets_counters_and_no_paths_of_linux() -> None:
    made = config(params(), host("win01", "windows"))
    assert "Processor" in made["metrics"]["metrics_collected"]
    assert "logs" not in made
    assert "run_as_user" not in made["agent"]


def test_unknown_measurements_are_all_named() -> None:
    wrong = {"mem": ["mem_used_percent", "used_procent"], "net": ["bytes"]}
    with pytest.raises(ParamsError) as caught:
        rendered(params(cloudwatch={"metrics": wrong}), host("web01"))
    assert [problem.path for problem in caught.value.problems] == [
        "cloudwatch.metrics.mem",
        "cloudwatch.metrics.net",
    ]


def test_metric_names_have_their_plugin_once() -> None:
    expected = {
        metric.name: metric.dimensions
        for metric in expected_metrics(params().cloudwatch, host("web01"))
    }
    assert expected["mem_used_percent"] == ()
    assert expected["cpu_usage_idle"] == (("cpu", "cpu-total"),)
    assert expected["disk_used_percent"] is None
    assert len(expected) == 12


def test_a_stream_is_named_after_its_server() -> None:
    file = LogFile(file_path="/a", log_group="b", log_stream="{ip_address}/{hostname}")
    assert expected_stream(file, "web01", "192.0.2.1") == "192.0.2.1/web01"


def test_a_parameter_has_the_name_that_awss_policies_ask_for() -> None:
    site = params()
    name = f"AmazonCloudWatch-closednet-{site.site}-deb"
    assert parameter_name(site, host("web01")) == name


def test_groups_of_one_site_measure_and_send_what_they_say() -> None:
    hosts = (
        grouped("web01", "ubuntu", "web"),
        grouped("db01", "rhel", "db"),
        grouped("win01", "windows"),
        grouped("files01", "windows", "files"),
    )
    site = params(hosts, cloudwatch=MIXED)
    web, db, win, files = (config(site, each) for each in hosts)
    collected = [each["metrics"]["metrics_collected"] for each in (web, db, win, files)]

    assert list(ARTICLE) == sorted(collected[0])
    assert {"mem": ["mem_used"]} == {
        k: v["measurement"]
        for k, v in collected[1].items()
        if k in ("cpu", "disk", "mem")
    }
    assert 30 == db["agent"]["metrics_collection_interval"]
    (sent,) = db["logs"]["logs_collected"]["files"]["collect_list"]
    assert ("/var/log/db.log", "db") == (sent["file_path"], sent["log_group_name"])
    assert {
        "Processor": {
            "measurement": ["% Idle Time", "% User Time"],
            "metrics_collection_interval": 60,
            "resources": ["*"],
        },
        "Memory": {
            "measurement": ["Available Bytes"],
            "metrics_collection_interval": 60,
        },
    } == collected[2]
    assert ["LogicalDisk"] == list(collected[3])
    (events,) = win["logs"]["logs_collected"]["windows_events"]["collect_list"]
    assert ("System", "windows", 5) == (
        events["event_name"],
        events["log_group_name"],
        events["retention_in_days"],
    )
    assert "logs" not in files
    assert {"messages": 5, "db": 5, "windows": 5} == site.cloudwatch.retention()
    assert ["LogicalDisk % Free Space"] == [
        each.name for each in expected_metrics(site.cloudwatch, hosts[3])
    ]
    assert [
        "AmazonCloudWatch-closednet-dc1-deb",
        "AmazonCloudWatch-closednet-dc1-db-rpm",
        "AmazonCloudWatch-closednet-dc1-windows",
        "AmazonCloudWatch-closednet-dc1-files-windows",
    ] == [parameter_name(site, each) for each in hosts]


def test_an_unknown_measurement_of_a_group_is_named_there() -> None:
    wrong = {"groups": [{"name": "db", "metrics": {"mem": ["used_procent"]}}]}
    site = params((grouped("db01", "rhel", "db"),), cloudwatch=wrong)

    with pytest.raises(ParamsError) as caught:
        rendered(site, site.hosts[0])
    assert "cloudwatch.groups[0].metrics.mem" == caught.value.problems[0].path


@pytest.mark.parametrize(
    ("files", "tier", "path"),
    [
        (10, "standard", ""),
        (18, "standard", "cloudwatch.config_tier"),
        (18, "advanced", ""),
        (60, "advanced", "cloudwatch.config_store"),
    ],
)
def test_a_parameter_that_is_too_large_is_an_error_with_its_place(
    files: int, tier: str, path: str
) -> None:
    """
    4 KB in the standard tier, 8 KB in the advanced one, and nothing beyond.
    """
    logs = [{"file_path": f"/var/log/{n}.log", "log_group": "g"} for n in range(files)]
    about = {"config_store": "parameter-store", "config_tier": tier, "logs": logs}
    wishes = Wishes(params(cloudwatch=about), "secret")
    if not path:
        assert {tier.title()} == {
            spec.tier for spec in wishes.in_aws() if hasattr(spec, "tier")
        }
        return

    with pytest.raises(ParamsError) as caught:
        list(wishes.in_aws())
    (problem,) = caught.value.problems
    assert path == problem.path
    assert "AmazonCloudWatch-closednet-dc1-deb would have" in problem.message
    with pytest.raises(ParamsError):
        wishes.confirm()
