"""
The place where requests meet the policies: whatever is not allowed ends here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.permissions import attached, context, real
from closednet_rehearsal.permissions.actions import Call, Need, needs
from closednet_rehearsal.permissions.evaluate import Access, Decision, decide
from closednet_rehearsal.permissions.ledger import Ledger
from closednet_rehearsal.permissions.members import members_of
from closednet_rehearsal.permissions.refuse import refusal


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked
    from closednet_rehearsal.permissions.principals import Caller
    from closednet_rehearsal.world import World

    Environ = dict[str, Any]
    Keys = dict[str, tuple[str, ...]]

_CHANNELS: Final = {
    "control-channel": "CreateControlChannel",
    "data-channel": "CreateDataChannel",
}


@dataclass(slots=True)
class Gate:
    """
    Asks, for every need of a request, every policy that has a say.
    """

    world: World
    nodes: real.Nodes = real.no_nodes
    ledger: Ledger = field(default_factory=Ledger)

    def check(self, environ: Environ, body: bytes, caller: Caller) -> None:
        """
        Refuse the request if something that it needs is not allowed.
        """
        asked: Asked = environ["rehearsal.asked"]
        call = self._call(environ, body, caller)
        wanted = [replace(n, resource=real.resource(n.resource)) for n in needs(call)]
        if not wanted:
            return
        endpoint = attached.endpoint_at(
            str(environ.get("HTTP_X_REHEARSAL_ADDRESS", ""))
        )
        source = str(environ.get("HTTP_X_REHEARSAL_SOURCE", ""))
        side = attached.side_of(caller, endpoint)
        keys = {
            **context.of_caller(caller, side.role_arn, self.world.clock.now()),
            **context.of_way(endpoint, source or str(environ.get("REMOTE_ADDR", ""))),
            **context.of_call(call),
        }
        for need in wanted:
            decision = self.decide(caller, side, need, keys)
            if not decision.allowed:
                raise refusal(asked.protocol, caller, need, decision)

    def decide(
        self, caller: Caller, side: attached.Side, need: Need, keys: Keys
    ) -> Decision:
        """
        Say whether a caller may have one need, and note it.
        """
        owner = caller.account
        if not need.action.startswith("ssm:"):
            # That a command may name a bucket is the caller's own policies' business.
            owner = attached.owner_of(need.resource, caller.account)
        tags = partial(real.tags, nodes=self.nodes)
        access = Access(
            need.action,
            need.resource,
            owner,
            context.of_need(keys, need, owner, tags),
        )
        rules = attached.rules_for(side, need.action, need.resource, owner)
        decision = decide(caller, access, rules)
        self.ledger.note(
            (caller.principal, need.action, need.resource), decision=decision
        )
        return decision

    def _call(self, environ: Environ, body: bytes, caller: Caller) -> Call:
        asked: Asked = environ["rehearsal.asked"]
        service, operation = _named(asked, environ)
        members = members_of(asked, environ, body)
        if (service, operation) == ("ssm", "SendCommand"):
            members = self._targeted(members, caller.account, asked.region)
        return Call(service, operation, caller.account, asked.region, members)

    def _targeted(
        self, members: dict[str, Any], account: str, region: str
    ) -> dict[str, Any]:
        """
        Name the nodes that targets select: each is a resource of the command.
        """
        chosen = [str(each) for each in members.get("InstanceIds") or ()]
        for target in members.get("Targets") or ():
            key, values = str(target.get("Key", "")), target.get("Values") or ()
            chosen += list(values) if key == "InstanceIds" else []
            for node_id, tags in self.nodes(account, region).items():
                if tags.get(key.removeprefix("tag:")) in values:
                    chosen.append(node_id)
        return {**members, "InstanceIds": chosen}


def _named(asked: Asked, environ: Environ) -> tuple[str, str]:
    """
    Return the service and operation as IAM tells them apart.
    """
    if str(environ.get("HTTP_X_AMZ_TARGET", "")).startswith("AmazonSSM."):
        # Whatever service its signature names: Systems Manager judges that itself.
        return "ssm", asked.operation
    if asked.service == "ssmmessages":
        kind = str(environ.get("PATH_INFO", "")).split("/")[2:3]
        operation = _CHANNELS.get("".join(kind), asked.operation)
        if environ.get("REQUEST_METHOD") == "GET":
            operation = operation.replace("Create", "Open")
        return asked.service, operation
    host = str(environ.get("HTTP_HOST", ""))
    if asked.service == "ec2messages" and host.startswith("ssmmessages."):
        # The stand-in agents' way of speaking over the channel without websockets.
        return "ssmmessages", "OpenControlChannel"
    return asked.service, asked.operation
