"""
Other sites of the same account and Region, and what they say they use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws.tagging import mapping
from closednet.model import naming, sharing


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.aws.account import Account

DOCUMENT: Final = "AWS-UpdateSSMAgent"


class Neighbours:
    """
    Finds sites by their activations, and their marks by their update schedules.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def marks(self) -> dict[str, frozenset[str] | None]:
        """
        Return the marks of every other site; None where a site does not say.
        """
        found: dict[str, frozenset[str] | None] = dict.fromkeys(self._activating())
        found |= dict(self._scheduled())
        found.pop(self._account.site, None)
        return found

    def _activating(self) -> Iterator[str]:
        with self._account.call("ssm:DescribeActivations"):
            pages = self._account.ssm.get_paginator("describe_activations")
            listed = [
                mapping(raw.get("Tags"))
                for page in pages.paginate()
                for raw in page["ActivationList"]
            ]
        return (tags[naming.SITE_TAG] for tags in listed if _is_of_a_site(tags))

    def _scheduled(self) -> Iterator[tuple[str, frozenset[str] | None]]:
        named: Any = [{"key": "Name", "value": DOCUMENT}]
        with self._account.call("ssm:ListAssociations", DOCUMENT):
            pages = self._account.ssm.get_paginator("list_associations")
            ids = [
                raw["AssociationId"]
                for page in pages.paginate(AssociationFilterList=named)
                for raw in page["Associations"]
            ]
        for association_id in ids:
            tags = self._tags(association_id)
            if _is_of_a_site(tags):
                yield tags[naming.SITE_TAG], sharing.marks_in(tags)

    def _tags(self, association_id: str) -> dict[str, str]:
        with self._account.call("ssm:ListTagsForResource", association_id):
            raw = self._account.ssm.list_tags_for_resource(
                ResourceType="Association", ResourceId=association_id
            )
        return mapping(raw["TagList"])


def _is_of_a_site(tags: dict[str, str]) -> bool:
    managed = tags.get(naming.MANAGED_BY_TAG) == naming.MANAGED_BY
    return managed and bool(tags.get(naming.SITE_TAG))
