"""
Which node's agent sent a request: by its own key, or by credentials it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet_rehearsal.ssm import protocol
from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import Environ, JsonObject, RoleToken
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """
    A request of an agent, with everything that its signature covers.
    """

    environ: Environ
    raw: bytes
    body: JsonObject


def signed_by_node(service: Service, request: AgentRequest) -> tuple[Scope, Node]:
    """
    Return the node whose own key signed the request.
    """
    auth = protocol.authorization(request.environ)
    found = service.find_node(auth.access_key_id) if auth else None
    if auth is None or found is None:
        raise SsmError("AccessDeniedException", "The managed node is not registered")
    protocol.check_skew(request.environ, service.wall())
    protocol.check_scope(request.environ, auth, "ssm", found[0].region)
    protocol.verify_rsa(request.environ, request.raw, auth, found[1].public_key)
    return found


def authenticate(
    service: Service, request: AgentRequest, action: str
) -> tuple[Scope, Node]:
    """
    Return the node whose issued credentials signed the request.
    """
    auth = protocol.authorization(request.environ)
    token = service.tokens.get(auth.access_key_id) if auth else None
    given = request.environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
    if auth is None or token is None or given != token.session_token:
        message = "The security token included in the request is invalid."
        raise SsmError("UnrecognizedClientException", message)
    if token.expires <= service.wall():
        message = "The security token included in the request is expired"
        raise SsmError("ExpiredTokenException", message)
    protocol.check_skew(request.environ, service.wall())
    name = action.partition(":")[0]
    protocol.check_scope(request.environ, auth, name, token.region)
    protocol.verify_hmac(request.environ, request.raw, auth, token.secret_access_key)
    require_permission(service, token, action)
    found = service.find_node(token.node_id)
    if found is None:
        raise SsmError("InvalidInstanceId", f"{token.node_id} is not registered")
    return found


def require_permission(service: Service, token: RoleToken, action: str) -> None:
    """
    Refuse what the role behind issued credentials does not allow.
    """
    role = service.roles(token.account, token.role_name)
    if role is None or (role.allows is not None and not role.allows(action)):
        message = f"User: {token.principal} is not authorized to perform: {action}"
        raise SsmError("AccessDeniedException", message)
