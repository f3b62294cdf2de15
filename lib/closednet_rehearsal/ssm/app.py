"""
The WSGI application: answers Systems Manager and the agent's own operations, and
hands everything else on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.ssm import (
    activations,
    agent,
    association_lists,
    associations,
    command_lists,
    commands,
    control_channel,
    document_lists,
    documents,
    messages,
    nodes,
    protocol,
    service_settings,
    sessions,
    tags,
    wire,
)
from closednet_rehearsal.ssm.authentication import AgentRequest, require_permission
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.seams import TIMINGS, Caller
from closednet_rehearsal.ssm.service import Context, Service
from closednet_rehearsal.ssm.settling import settle
from closednet_rehearsal.ssm.snapshot import snapshot
from closednet_rehearsal.ssm.validate import check_request, conform


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from closednet_rehearsal.ssm.seams import (
        Environ,
        Identify,
        JsonObject,
        Roles,
        RoleToken,
        Timings,
    )
    from closednet_rehearsal.world import World

    StartResponse = Callable[..., Any]
    WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


SERVICES: Final = {
    "AmazonSSM": "ssm",
    "EC2WindowsMessageDeliveryService": "ec2messages",
}
OPERATOR: Final[dict[str, Callable[[Context, JsonObject], JsonObject]]] = {
    **activations.OPERATIONS,
    **association_lists.OPERATIONS,
    **associations.OPERATIONS,
    **command_lists.OPERATIONS,
    **commands.OPERATIONS,
    **document_lists.OPERATIONS,
    **documents.OPERATIONS,
    **nodes.OPERATIONS,
    **service_settings.OPERATIONS,
    **sessions.OPERATIONS,
    **tags.OPERATIONS,
}
AGENT: Final = {"ssm": agent.OPERATIONS, "ec2messages": messages.OPERATIONS}
PARAMETER_STORE: Final = frozenset(
    {
        "DeleteParameter",
        "DeleteParameters",
        "DescribeParameters",
        "GetParameter",
        "GetParameterHistory",
        "GetParameters",
        "GetParametersByPath",
        "LabelParameterVersion",
        "PutParameter",
        "UnlabelParameterVersion",
    }
)


def operation_of(environ: Environ) -> tuple[str, str] | None:
    """
    Return the service and operation that a request names, if they are ours.
    """
    prefix, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    return (SERVICES[prefix], operation) if prefix in SERVICES else None


class SsmApp:
    """
    Systems Manager for all accounts, in front of another WSGI application.
    """

    def __init__(
        self,
        world: World,
        inner: WsgiApp,
        roles: Roles,
        identify: Identify | None = None,
        *,
        timings: Timings = TIMINGS,
    ) -> None:
        self.service = Service(world, roles, timings)
        self._control = control_channel.ControlChannel(self.service)
        self._inner = inner
        self._identify = identify or wire.identify_static

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """
        Answer one request.
        """
        named = operation_of(environ)
        if named is None:
            if environ.get("PATH_INFO", "").startswith(control_channel.PATHS):
                return self._control.answer(environ, start_response)
            return self._inner(environ, start_response)
        raw = wire.read(environ)
        try:
            answer = self._answer(named, environ, raw)
        except SsmError as error:
            return wire.respond(start_response, wire.error_body(error), error.code)
        if answer is None:
            return self._inner(environ, start_response)
        return wire.respond(start_response, answer)

    def identify(self, environ: Environ) -> Caller:
        """
        Say who calls; credentials that were issued to nodes are known here.
        """
        auth = protocol.authorization(environ)
        token = self.token_for(auth.access_key_id) if auth else None
        if auth and token:
            return Caller(
                token.account, token.principal, auth.region, auth.access_key_id
            )
        found = self.service.find_node(auth.access_key_id) if auth else None
        if auth and found:
            scope, node = found
            who = f"arn:aws:ssm:{scope.region}:{scope.account}:managed-instance"
            return Caller(
                scope.account, f"{who}/{node.node_id}", scope.region, node.node_id
            )
        return self._identify(environ)

    def token_for(self, access_key_id: str) -> RoleToken | None:
        """
        Return the role credentials that were issued under an access key id.
        """
        return self.service.tokens.get(access_key_id)

    def snapshot(self) -> dict[str, object]:
        """
        Return the resources of all accounts by kind, for comparison.
        """
        with self.service.world.lock:
            settle(self.service)
            return snapshot(self.service)

    def close(self) -> None:
        """
        End every long poll and every channel, so that the server can stop.
        """
        with self.service.arrivals:
            self.service.closed = True
            self.service.announce()
        self._control.close()

    def _answer(
        self, named: tuple[str, str], environ: Environ, raw: bytes
    ) -> JsonObject | None:
        body = wire.parse(raw)
        service, operation = named
        handler = AGENT[service].get(operation)
        with self.service.world.lock:
            settle(self.service)
            if handler is not None:
                return handler(self.service, AgentRequest(environ, raw, body))
            if service == "ssm" and self._is_node(environ, operation):
                request = AgentRequest(environ, raw, body)
                return agent.list_instance_associations(self.service, request)
            return self._answer_operator(named, environ, body)

    def _is_node(self, environ: Environ, operation: str) -> bool:
        return operation == "ListAssociations" and self._token(environ) is not None

    def _token(self, environ: Environ) -> RoleToken | None:
        auth = protocol.authorization(environ)
        return self.token_for(auth.access_key_id) if auth else None

    def _answer_operator(
        self, named: tuple[str, str], environ: Environ, body: JsonObject
    ) -> JsonObject | None:
        service, operation = named
        ours = operation in OPERATOR and body.get("ResourceType") != "Parameter"
        theirs = operation in PARAMETER_STORE or operation in tags.OPERATIONS
        if service != "ssm" or not (ours or theirs):
            self.service.world.unsupported.append(f"{service}:{operation}")
            message = f"{service}:{operation} is not part of the rehearsal"
            raise SsmError("RehearsalNotImplemented", message)
        token = self._token(environ)
        if token is not None:
            require_permission(self.service, token, f"ssm:{operation}")
        check_request(operation, body)
        if not ours:
            wire.prepare_parameter_request(operation, environ, body)
            return None
        caller = self.identify(environ)
        scope = self.service.scope(caller.account, caller.region)
        answer = OPERATOR[operation](Context(self.service, caller, scope), body)
        return conform(operation, answer)
