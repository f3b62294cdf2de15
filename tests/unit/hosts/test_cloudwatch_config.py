from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet.errors import ParamsError
from closednet.model.cloudwatch_config import (
    expected_metrics,
    expected_stream,
    parameter_name,
    rendered,
)
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


def config(site: SiteParams, server: Host) -> Any:
    return json.loads(rendered(site, server))


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
    assert parameter_name("dc1", "deb") == "AmazonCloudWatch-closednet-dc1-deb"
