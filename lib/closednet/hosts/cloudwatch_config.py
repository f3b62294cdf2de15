"""
The CloudWatch agent's configuration on the servers.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Final

from closednet.hosts.kind import HostKind
from closednet.hosts.scripts import Script, render
from closednet.model.change import Found
from closednet.model.cloudwatch_config import CONFIG_FILE
from closednet.model.specs.hosts import CloudWatchConfig
from closednet.model.step import Actions


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


MARK: Final = "cloudwatch-config"


class CloudWatchConfigs(HostKind[CloudWatchConfig]):
    """
    Writes the agent's configuration and makes the agent run with it.
    """

    spec_type = CloudWatchConfig
    actions = Actions("hosts")
    doing = "configuring the CloudWatch agent"
    undoing = "taking back the CloudWatch agent's configuration"
    handover = "cloudwatch-agent"

    def find(
        self, wanted: Iterable[CloudWatchConfig]
    ) -> Mapping[str, Found[CloudWatchConfig]]:
        """
        Return the configurations with which agents run.
        """
        specs = list(wanted)
        facts = self._facts.of(spec.host for spec in specs)
        found = {}
        for spec in specs:
            fact = facts.get(spec.host)
            if fact is None or not fact.cloudwatch_config:
                continue
            if fact.cloudwatch.configured:
                source = fact.mark(MARK, "source") or f"file:{CONFIG_FILE}"
                seen = CloudWatchConfig(spec.host, source, fact.cloudwatch_config)
                owned = fact.is_marked(MARK, self._site)
                found[spec.key] = Found(seen, f"{spec.host}:{source}", owned)
        return found

    def script(self, spec: CloudWatchConfig) -> Script:
        """
        Return the writing of the configuration and its application.
        """
        return render(
            "configure-cloudwatch",
            SITE=self._site,
            SOURCE=spec.source,
            CONFIG=spec.text,
            REGION=json.loads(spec.text)["agent"]["region"],
        )

    def undo_script(self, spec: CloudWatchConfig, resource_id: str) -> Script:
        """
        Return the removal of the configuration.
        """
        return render("unconfigure-cloudwatch")
