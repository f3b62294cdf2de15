"""
The CloudWatch agent's package, as Systems Manager installs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal_hosts.agents import ending, enrol, install, message


if TYPE_CHECKING:
    from tests.rehearsal_hosts.conftest import Run
    from tests.rehearsal_hosts.doubles import Aws


def test_systems_manager_installs_and_removes_it(run: Run, aws: Aws) -> None:
    enrol(aws)
    install(run)
    found = []
    for number, action in enumerate(("Install", "Install", "Uninstall"), 1):
        inputs = {"name": "AmazonCloudWatchAgent", "action": action}
        step = {"name": "it", "action": "aws:configurePackage", "inputs": inputs}
        content = {"schemaVersion": "2.2", "mainSteps": [step]}
        aws.messages.put(message(content, number))
        told = ending(aws, number)
        assert told["documentStatus"] == "Success"
        found.append(told["runtimeStatus"]["it"]["standardOutput"].splitlines()[-1])

    title = "AmazonCloudWatchAgent 1.300071.0"
    assert found == [
        f"Successfully installed {title}",
        f"{title} is already installed",
        f"Successfully uninstalled {title}",
    ]
    assert run("web01", "command -v amazon-cloudwatch-agent-ctl").returncode != 0
