"""
An agent on the site: `python -m tests.rehearsal_tls.joining CA ACTIVATION`.

It knows the names of the services, an authority to trust, and nothing else.
"""

from __future__ import annotations

import json
import sys

from tests.rehearsal_agent.agents import Agent
from tests.rehearsal_agent.channels import ended
from tests.rehearsal_agent.roads import Road


def main(ca_file: str, activation: str) -> None:
    """
    Register, ping, open the control channel, run one job.
    """
    agent = Agent(Road(ca_file=ca_file))
    agent.register(json.loads(activation))
    agent.get_token()
    agent.ping()
    with agent.open_channel() as channel:
        sys.stdout.write(f"{agent.node_id}\n")
        sys.stdout.flush()
        job = channel.job()
        channel.reply(job.body["JobId"], ended("Success", 0, "from the site\n"))
        sys.stdout.write(f"{channel.receive().kind}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
