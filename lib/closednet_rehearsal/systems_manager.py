"""
Systems Manager in front of moto: who calls it, and which roles it may use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closednet_rehearsal.iam import find_role
from closednet_rehearsal.identity import (
    account_and_principal,
    add_key_source,
    credential_scope,
)
from closednet_rehearsal.settings import REGION
from closednet_rehearsal.ssm.app import SsmApp
from closednet_rehearsal.ssm.seams import Caller, RoleView


if TYPE_CHECKING:
    from closednet_rehearsal.world import World


class SystemsManager:
    """
    The Systems Manager application, and what others ask of it.
    """

    def __init__(self, world: World, inner: Any) -> None:
        self.application = SsmApp(world, inner, _role, _identify)
        world.managed = self.application.service
        add_key_source(self._owner)

    def snapshot(self) -> dict[str, Any]:
        """
        Return its resources by kind.
        """
        return dict(self.application.snapshot())

    def open(self) -> None:
        """
        Allow long polls, after a close as well.
        """
        self.application.service.closed = False

    def close(self) -> None:
        """
        End its long polls.
        """
        self.application.close()

    def tags_of_nodes(self, account: str, region: str) -> dict[str, dict[str, str]]:
        """
        Return the managed nodes of an account and Region with their tags.
        """
        nodes = self.application.service.scope(account, region).nodes
        return {node_id: node.tags for node_id, node in nodes.items()}

    def _owner(self, access_key_id: str) -> tuple[str, str] | None:
        token = self.application.token_for(access_key_id)
        if token is not None:
            return token.account, token.principal
        found = self.application.service.find_node(access_key_id)
        if found is None:
            return None
        scope, node = found
        arn = f"arn:aws:ssm:{scope.region}:{scope.account}:managed-instance"
        return scope.account, f"{arn}/{node.node_id}"


def _role(account: str, role_name: str) -> RoleView | None:
    role = find_role(account, role_name)
    if role is None:
        return None
    # What its sessions may do is decided where their requests arrive.
    return RoleView(role.arn, role.trust_policy, role.visible_since)


def _identify(environ: dict[str, Any]) -> Caller:
    account, principal = account_and_principal(environ)
    scope = credential_scope(environ)
    key_id, region = (scope[0], scope[1]) if scope else ("", REGION)
    return Caller(account, principal, region, key_id)
