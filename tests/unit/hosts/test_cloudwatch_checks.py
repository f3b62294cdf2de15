from __future__ import annotations

import base64
import json

import pytest

from closednet.hosts import arrival_checks, cloudwatch_checks
from closednet.hosts.facts import HostFacts, parse
from closednet.model.cloudwatch_wishes import Wishes
from closednet.model.specs.management import AccessKey, CloudWatchUser
from tests.contract.hosts.rollout import FakeNode
from tests.unit.hosts.sites import host, params


USER = params(cloudwatch={"credentials": "iam-user"})
HOST = host("web01")


def facts(**changes: str) -> HostFacts:
    status = {"status": "running", "configstatus": "configured", "version": "1.3"}
    text = Wishes(params(), "").config(HOST).text
    lines = {
        "cloudwatch_status": json.dumps(status),
        "cloudwatch_config": base64.b64encode(text.encode()).decode(),
        "common_profile": "default",
        "common_file": "/root/.aws/credentials",
        "credentials_mode": "600",
        "profile": "default",
        "complete": "yes",
    } | changes
    return parse("web01", "".join(f"closednet: {k}={v}\n" for k, v in lines.items()))


def test_a_good_server_passes() -> None:
    wishes = Wishes(params(), "")
    assert cloudwatch_checks.agent("web01", facts()).passed
    assert cloudwatch_checks.configuration(wishes.config(HOST), facts()).passed
    assert cloudwatch_checks.credentials(wishes.credentials(HOST), facts()).passed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credentials_mode": "644"}, "mode 644"),
        ({"profile": "other"}, "[default] is missing"),
        ({"common_profile": "theirs"}, "names theirs"),
    ],
)
def test_wrong_credentials_are_found(changes: dict[str, str], words: str) -> None:
    wanted = Wishes(params(), "").credentials(HOST)
    check = cloudwatch_checks.credentials(wanted, facts(**changes))
    assert not check.passed
    assert words in check.evidence


def test_a_stopped_agent_is_found() -> None:
    stopped = json.dumps({"status": "stopped", "configstatus": "not configured"})
    check = cloudwatch_checks.agent("web01", facts(cloudwatch_status=stopped))
    assert not check.passed
    assert check.evidence.startswith("stopped, not configured")


def test_a_server_without_facts_fails_and_says_so() -> None:
    wanted = Wishes(params(), "").credentials(HOST)
    assert "not asked" in cloudwatch_checks.credentials(wanted, None).evidence


def test_the_choice_of_credentials_is_recorded() -> None:
    chosen = [Wishes(USER, "").credentials(HOST)]
    check = cloudwatch_checks.choice(chosen)
    assert check.passed
    assert check.evidence.startswith("iam-user: an access key")
    assert check.proves == ("S16",)


def test_an_update_that_did_not_run_is_found() -> None:
    nodes = {"web01": FakeNode("mi-1", "web01"), "db01": FakeNode("mi-2", "db01")}
    found = list(
        cloudwatch_checks.updates("a", "rate(1 day)", nodes, {"mi-1": "Success"})
    )
    assert [check.passed for check in found] == [True, False]


def test_a_user_is_wanted_only_where_one_is_chosen() -> None:
    kinds = {type(spec) for spec in Wishes(params(), "s").in_aws()}
    assert not kinds & {CloudWatchUser, AccessKey}
    kinds = {type(spec) for spec in Wishes(USER, "s").in_aws()}
    assert kinds >= {CloudWatchUser, AccessKey}


def test_missing_and_stale_metrics_are_named() -> None:
    ages = {
        "mem_used_percent": 20.0,
        "cpu_usage_idle": None,
        "swap_used_percent": 999.0,
    }
    check = arrival_checks.metrics("web01", ages, 180)
    assert check.evidence == "no point of cpu_usage_idle; swap_used_percent is stale"


def test_a_line_in_another_stream_is_no_arrival() -> None:
    check = arrival_checks.probe("web01", "messages", "web01", {"i-UNKNOWN"})
    assert not check.passed
    assert "instead of web01" in check.evidence
