"""
The CloudWatch agent's configuration in Parameter Store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from closednet.aws.tagging import mapping, pairs
from closednet.aws.tolerance import Tolerating
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.hosts import AgentConfigParameter
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account


READS: Final = ("ssm:GetParameter", "ssm:ListTagsForResource")


class AgentConfigParameters(PlainKind):
    """
    Kind of the parameters from which agents fetch their configuration.
    """

    spec_type = AgentConfigParameter
    actions = Actions(
        "management",
        find=READS,
        create=("ssm:PutParameter", "ssm:AddTagsToResource"),
        update=("ssm:PutParameter",),
        delete=("ssm:DeleteParameter",),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(
        self, wanted: Iterable[AgentConfigParameter]
    ) -> Mapping[str, Found[AgentConfigParameter]]:
        """
        Return the parameters that exist.
        """
        found = {}
        for spec in wanted:
            text = self._text(spec.name)
            if text is not None:
                # AWS never takes a parameter back to the standard tier.
                seen = AgentConfigParameter(spec.name, text, spec.tier)
                found[spec.key] = Found(seen, spec.name, self._is_ours(spec.name))
        return found

    def create(self, spec: AgentConfigParameter) -> str:
        """
        Make the parameter; one that an interrupted run made is written again.
        """
        if self._text(spec.name) is not None:
            return self.update(spec, spec)
        tags = naming.tags(self._account.site, spec.key)
        with self._account.call("ssm:PutParameter", spec.name):
            self._account.ssm.put_parameter(
                Name=spec.name,
                Value=spec.text,
                Type="String",
                Tier=_tier(spec),
                Tags=pairs(tags),
            )
        return spec.name

    def update(self, old: AgentConfigParameter, new: AgentConfigParameter) -> str:
        """
        Write another version.
        """
        with self._account.call("ssm:PutParameter", new.name):
            self._account.ssm.put_parameter(
                Name=new.name,
                Value=new.text,
                Type="String",
                Tier=_tier(new),
                Overwrite=True,
            )
        return new.name

    def delete(self, spec: AgentConfigParameter, resource_id: str) -> None:
        """
        Remove the parameter with its versions.
        """
        call = self._account.call("ssm:DeleteParameter", spec.name)
        with Tolerating("ParameterNotFound"), call:
            self._account.ssm.delete_parameter(Name=spec.name)

    def _text(self, name: str) -> str | None:
        call = self._account.call("ssm:GetParameter", name)
        with Tolerating("ParameterNotFound"), call:
            raw = self._account.ssm.get_parameter(Name=name)
            return str(raw["Parameter"]["Value"])
        return None

    def _is_ours(self, name: str) -> bool:
        with self._account.call("ssm:ListTagsForResource", name):
            raw = self._account.ssm.list_tags_for_resource(
                ResourceType="Parameter", ResourceId=name
            )
        return naming.is_ours(mapping(raw["TagList"]), self._account.site)


def _tier(spec: AgentConfigParameter) -> Literal["Standard", "Advanced"]:
    return "Advanced" if spec.tier == "Advanced" else "Standard"
