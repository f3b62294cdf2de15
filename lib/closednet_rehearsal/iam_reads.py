"""
How IAM reads: late after a write, in pages; and how long policies may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.iam.responses import IamResponse

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.paging import marked
from closednet_rehearsal.propagation import unseen
from closednet_rehearsal.quotas import within
from closednet_rehearsal.stage import world


if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.responses import ActionResult


def check_size(kind: str, name: str, policies: Mapping[str, str]) -> None:
    """
    Refuse inline policies of a role or user that are too long together.
    """
    # IAM does not count white space.
    size = sum(len("".join(text.split())) for text in policies.values())
    quota = f"{kind}_policy_characters"
    most = getattr(world().quotas, quota)
    over = f"Maximum policy size of {most} bytes exceeded for {kind} {name}"
    within(quota, size, "LimitExceeded", over, 409)


class RehearsalIAMResponse(IamResponse):
    """
    moto's IAM whose reads do not find at once what was made.
    """

    def get_role(self) -> ActionResult:
        self._refuse_unseen("role", self._get_param("RoleName"))
        answer: ActionResult = super().get_role()
        return answer

    def get_user(self) -> ActionResult:
        name = self._get_param("UserName")
        if name is not None:
            self._refuse_unseen("user", name)
        answer: ActionResult = super().get_user()
        return answer

    def list_role_policies(self) -> ActionResult:
        names = self.backend.list_role_policies(self._get_param("RoleName"))
        return marked(names, "PolicyNames", self._get_param("Marker"))

    def list_access_keys(self) -> ActionResult:
        user = self._get_param("UserName")
        if not user:
            answer: ActionResult = super().list_access_keys()
            return answer
        keys = self.backend.list_access_keys(user)
        return marked(keys, "AccessKeyMetadata", self._get_param("Marker"))

    def _refuse_unseen(self, kind: str, name: str) -> None:
        if unseen(kind, self.current_account, name):
            raise Refusal(
                "NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404
            )
