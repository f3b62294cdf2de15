"""
Runs a stand-in tool or daemon by its name: `python -I [-S] tools.py NAME ...`.
"""

from __future__ import annotations

import importlib
import os
import sys


MODULES = {
    "amazon-cloudwatch-agent-ctl": "cloudwatch",
    "amazon-ssm-agent": "ssm_tools",
    "curl": "web_tools",
    "dpkg": "debian_tools",
    "dpkg-query": "debian_tools",
    "getent": "getent",
    "gpg": "gpg",
    "rpm": "rpm_tools",
    "ssm-cli": "ssm_tools",
    "ssm-setup-cli": "setup_cli",
    "systemctl": "systemctl",
    "wget": "web_tools",
    "@amazon-cloudwatch-agent": "cloudwatch_agent",
    "@amazon-ssm-agent": "agent",
}


def main(arguments: list[str]) -> int:
    """
    Run the tool `arguments[0]` with the others and return its exit code.
    """
    name, *rest = arguments
    package = "closednet_rehearsal.host"
    importlib.import_module(f"{package}.annotations").install()
    module = importlib.import_module(f"{package}.{MODULES[name]}")
    machine = importlib.import_module(f"{package}.machine").this_machine()
    return int(module.main(machine, name, rest))


if __name__ == "__main__":
    sys.path.insert(0, __file__.rsplit("/", 3)[0])
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 141
    sys.exit(code)
