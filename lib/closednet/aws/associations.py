"""
State Manager associations over the nodes of a site, and how their runs went.

Associations are ours by tag and found by their name. `CreateAssociation` has no
idempotency token: what a repeated request made too much is removed again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closednet.aws.tagging import mapping, pairs
from closednet.aws.tolerance import Tolerating
from closednet.model import naming, sharing
from closednet.model.change import Found
from closednet.model.specs.management import Association
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from closednet.aws.account import Account
    from closednet.recorder import Recorder


MISSING = "AssociationDoesNotExist"


class Associations(PlainKind):
    """
    Kind of the associations.
    """

    spec_type = Association
    actions = Actions(
        account="management",
        find=(
            *("ssm:ListAssociations", "ssm:DescribeAssociation"),
            "ssm:ListTagsForResource",
        ),
        create=(
            *("ssm:CreateAssociation", "ssm:AddTagsToResource"),
            "ssm:DeleteAssociation",
        ),
        update=("ssm:UpdateAssociation", "ssm:AddTagsToResource"),
        delete=("ssm:DeleteAssociation",),
    )

    def __init__(self, account: Account, recorder: Recorder) -> None:
        self._account = account
        self._recorder = recorder

    def find(self, wanted: Iterable[Association]) -> dict[str, Found[Association]]:
        """
        Return the associations that exist under the wanted names.
        """
        found: dict[str, Found[Association]] = {}
        for spec in wanted:
            association_id = self.id_of(spec.name)
            seen = association_id and self._described(spec.name, association_id)
            if association_id and seen:
                tags = self._tags(association_id)
                seen = replace(seen, uses=_used(spec, tags))
                owned = naming.is_ours(tags, self._account.site)
                found[spec.key] = Found(seen, association_id, owned)
        return found

    def create(self, spec: Association) -> str:
        """
        Make the association; its first run begins at once.
        """
        made = self._made(spec)
        # A request whose answer was lost is sent again by botocore.
        for association_id in self._ids_of(spec.name):
            if association_id != made and self._is_ours(association_id):
                self._recorder.record(
                    "orphan",
                    resource="association",
                    id=association_id,
                    action="deleted",
                    reason=f"a repeated request made {spec.name} twice",
                )
                self.delete(spec, association_id)
        return made

    def update(self, old: Association, new: Association) -> str:
        """
        Replace all of the association but its name.
        """
        association_id = self.id_of(new.name)
        if association_id is None:
            return self.create(new)
        with self._account.call("ssm:UpdateAssociation", new.name):
            self._account.ssm.update_association(
                AssociationId=association_id, Name=new.document, **_request(new)
            )
        if old.uses != new.uses:
            with self._account.call("ssm:AddTagsToResource", new.name):
                self._account.ssm.add_tags_to_resource(
                    ResourceType="Association",
                    ResourceId=association_id,
                    Tags=pairs(sharing.tags(new.uses)),
                )
        return association_id

    def delete(self, spec: Association, resource_id: str) -> None:
        """
        Remove the association; what it installed stays.
        """
        call = self._account.call("ssm:DeleteAssociation", spec.name)
        with Tolerating(MISSING), call:
            self._account.ssm.delete_association(AssociationId=resource_id)

    def irreversible(self, spec: Association) -> str:
        """
        What the document did on the nodes stays done.
        """
        return f"what {spec.document} installed on the servers stays installed"

    def id_of(self, name: str) -> str | None:
        """
        Return the id of the association of that name.
        """
        return next(iter(self._ids_of(name)), None)

    def results(self, name: str) -> dict[str, str]:
        """
        Return how the newest run on each node ended, by node id.
        """
        association_id = self.id_of(name)
        if association_id is None:
            return {}
        results: dict[str, str] = {}
        for execution in self._executions(association_id):
            for node_id, status in self._targets(association_id, execution):
                results.setdefault(node_id, status)
        return results

    def beside(
        self, spec: Association, nodes: Collection[str]
    ) -> tuple[tuple[str, str], ...]:
        """
        Return name and schedule of what else runs this document on these nodes.

        The console's own updates of the agent are meant for every node.
        """
        named: Any = [{"key": "Name", "value": spec.document}]
        with self._account.call("ssm:ListAssociations", spec.document):
            pages = self._account.ssm.get_paginator("list_associations")
            raws = [
                raw
                for page in pages.paginate(AssociationFilterList=named)
                for raw in page["Associations"]
            ]
        return tuple(
            (str(raw.get("AssociationName", "")), str(raw.get("ScheduleExpression")))
            for raw in raws
            if raw.get("AssociationName") != spec.name
            and any(_means(target, nodes) for target in raw.get("Targets", ()))
        )

    def _made(self, spec: Association) -> str:
        tags = naming.tags(self._account.site, spec.key)
        if spec.uses:
            tags |= sharing.tags(spec.uses)
        call = self._account.call("ssm:CreateAssociation", spec.name)
        with Tolerating("AssociationAlreadyExists"), call:
            raw = self._account.ssm.create_association(
                Name=spec.document, Tags=pairs(tags), **_request(spec)
            )
            return raw["AssociationDescription"]["AssociationId"]
        return self.id_of(spec.name) or ""

    def _ids_of(self, name: str) -> list[str]:
        with self._account.call("ssm:ListAssociations", name):
            pages = self._account.ssm.get_paginator("list_associations")
            return [
                raw["AssociationId"]
                for page in pages.paginate(
                    AssociationFilterList=[{"key": "AssociationName", "value": name}]
                )
                for raw in page["Associations"]
                if raw.get("AssociationName") == name
            ]

    def _executions(self, association_id: str) -> list[str]:
        with self._account.call("ssm:DescribeAssociationExecutions", association_id):
            pages = self._account.ssm.get_paginator("describe_association_executions")
            raws = [
                raw
                for page in pages.paginate(AssociationId=association_id)
                for raw in page["AssociationExecutions"]
            ]
        raws.sort(key=lambda raw: raw["CreatedTime"], reverse=True)
        return [raw["ExecutionId"] for raw in raws]

    def _targets(self, association_id: str, execution: str) -> list[tuple[str, str]]:
        operation = "ssm:DescribeAssociationExecutionTargets"
        with self._account.call(operation, association_id):
            pages = self._account.ssm.get_paginator(
                "describe_association_execution_targets"
            )
            return [
                (raw["ResourceId"], raw["Status"])
                for page in pages.paginate(
                    AssociationId=association_id, ExecutionId=execution
                )
                for raw in page["AssociationExecutionTargets"]
            ]

    def _described(self, name: str, association_id: str) -> Association | None:
        call = self._account.call("ssm:DescribeAssociation", name)
        with Tolerating(MISSING), call:
            answer = self._account.ssm.describe_association(
                AssociationId=association_id
            )
            return _spec(name, answer["AssociationDescription"])
        return None

    def _is_ours(self, association_id: str) -> bool:
        return naming.is_ours(self._tags(association_id), self._account.site)

    def _tags(self, association_id: str) -> dict[str, str]:
        with self._account.call("ssm:ListTagsForResource", association_id):
            raw = self._account.ssm.list_tags_for_resource(
                ResourceType="Association", ResourceId=association_id
            )
        return mapping(raw["TagList"])


def _means(target: Any, nodes: Collection[str]) -> bool:
    values = set(target.get("Values", ()))
    return target.get("Key") == "InstanceIds" and bool(values & {"*", *nodes})


def _used(spec: Association, tags: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return what the tags say is used; marks are words as far as they are wanted.
    """
    marks = sharing.marks_in(tags) or frozenset()
    words = {sharing.mark(each): each for each in spec.uses}
    return tuple(sorted(words.get(mark, mark) for mark in marks))


def _request(spec: Association) -> dict[str, Any]:
    return {
        "AssociationName": spec.name,
        "Targets": [{"Key": f"tag:{spec.target_tag}", "Values": [spec.target_value]}],
        "ScheduleExpression": spec.schedule,
        "Parameters": {name: list(values) for name, values in spec.parameters},
        "MaxConcurrency": spec.max_concurrency,
        "MaxErrors": spec.max_errors,
    }


def _spec(name: str, raw: Any) -> Association:
    target: dict[str, Any] = next(iter(raw.get("Targets", ())), {})
    parameters = raw.get("Parameters", {})
    return Association(
        name=name,
        document=raw["Name"],
        target_tag=target.get("Key", "").removeprefix("tag:"),
        target_value=",".join(target.get("Values", ())),
        schedule=raw.get("ScheduleExpression", ""),
        parameters=tuple((key, tuple(parameters[key])) for key in sorted(parameters)),
        max_concurrency=raw.get("MaxConcurrency", ""),
        max_errors=raw.get("MaxErrors", ""),
    )
