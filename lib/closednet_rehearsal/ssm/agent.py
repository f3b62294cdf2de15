"""
What the agent asks of the service: to register, for credentials, and to ping.
"""

from __future__ import annotations

import base64
import re

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.settings import REGION
from closednet_rehearsal.ssm import protocol
from closednet_rehearsal.ssm.authentication import authenticate, signed_by_node
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.executions import apply_to
from closednet_rehearsal.ssm.seams import RoleToken
from closednet_rehearsal.ssm.service_settings import (
    STANDARD_TIER_NODES,
    TIER,
    effective,
)
from closednet_rehearsal.ssm.state import Node
from closednet_rehearsal.ssm.trust import may_assume, role_name


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.authentication import AgentRequest
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Activation, Scope


HOST: Final = re.compile(r"^(?:[^.]+\.)*?(?:ssm|ec2messages)\.([a-z]{2}-[a-z]+-\d)\.")
SHORTEST: Final = {"ActivationCode": 20, "ActivationId": 36, "PublicKey": 392}
PINGED: Final = frozenset(
    {
        "AgentName",
        "AgentStatus",
        "AgentVersion",
        "ComputerName",
        "IPAddress",
        "PlatformName",
        "PlatformType",
        "PlatformVersion",
        "SSMConnectionChannel",
    }
)


def register_managed_instance(service: Service, request: AgentRequest) -> JsonObject:
    """
    Make a managed node of a host that knows an activation's id and code.
    """
    body = request.body
    for name, least in SHORTEST.items():
        if len(str(body.get(name, ""))) < least:
            raise SsmError("ValidationException", f"{name} is missing or too short")
    scope, activation = _activation(service, request)
    _check_capacity(service, scope, activation)
    if body.get("PublicKeyType", "Rsa") != "Rsa":
        raise SsmError("InvalidPublicKey", "Only keys of type Rsa are taken")
    protocol.load_public_key(body["PublicKey"])
    fingerprint = str(body.get("Fingerprint", ""))
    node_id = f"mi-{service.world.ids.digest('mi', fingerprint)[:17]}"
    scope.nodes[node_id] = Node(
        node_id=node_id,
        activation_id=activation.activation_id,
        iam_role=activation.iam_role,
        name=activation.default_instance_name,
        fingerprint=fingerprint,
        public_key=body["PublicKey"],
        registered=service.now,
        tags=dict(activation.tags),
        key_since=service.now,
    )
    activation.registrations += 1
    return {"InstanceId": node_id}


def _activation(service: Service, request: AgentRequest) -> tuple[Scope, Activation]:
    # An unsigned request names its Region by the host name alone, if at all.
    host = HOST.match(request.environ.get("HTTP_HOST", ""))
    region = host[1] if host else None
    for scope in service.scopes.values():
        activation = scope.activations.get(request.body["ActivationId"])
        if activation is None or region not in {None, scope.region}:
            continue
        if activation.code == request.body["ActivationCode"]:
            return scope, activation
    where = region or REGION
    raise SsmError("InvalidActivation", f"No such activation id and code in {where}")


def _check_capacity(service: Service, scope: Scope, activation: Activation) -> None:
    if activation.expires <= service.now:
        raise SsmError("ActivationExpired", "The activation has expired")
    if activation.registrations >= activation.limit:
        message = f"The activation allows {activation.limit} registrations"
        raise SsmError("RegistrationLimitExceeded", message)
    full = len(scope.nodes) >= STANDARD_TIER_NODES
    if full and effective(service, scope, TIER) == "standard":
        message = f"The standard tier allows {STANDARD_TIER_NODES} managed nodes"
        raise SsmError("RegistrationLimitExceeded", message)


def request_role_token(service: Service, request: AgentRequest) -> JsonObject:
    """
    Give a node credentials of its role, if its own key signed the request.
    """
    scope, node = signed_by_node(service, request)
    if request.body.get("Fingerprint") != node.fingerprint:
        message = f"The fingerprint does not match the one of {node.node_id}"
        raise SsmError("MachineFingerprintDoesNotMatch", message)
    role = service.roles(scope.account, role_name(node.iam_role))
    if role is None or not may_assume(role, scope.account, scope.region, node.node_id):
        message = f"Systems Manager cannot assume role {node.iam_role}"
        raise SsmError("AccessDeniedException", message)
    token = _new_token(service, scope, node, role.arn)
    lifetime = service.timings.key_lifetime
    service.tokens[token.access_key_id] = token
    return {
        "AccessKeyId": token.access_key_id,
        "SecretAccessKey": token.secret_access_key,
        "SessionToken": token.session_token,
        "TokenExpirationDate": token.expires,
        "UpdateKeyPair": service.now - node.key_since >= lifetime,
    }


def _new_token(service: Service, scope: Scope, node: Node, arn: str) -> RoleToken:
    digest = service.world.ids.digest("role-token", node.node_id)
    text = base64.b32encode(bytes.fromhex(digest)).decode()
    return RoleToken(
        access_key_id=f"ASIA{text[:16]}",
        secret_access_key=base64.b64encode(digest.encode()).decode()[:40],
        session_token=f"rehearsal-{digest}",
        expires=service.wall() + service.timings.token_lifetime,
        account=scope.account,
        region=scope.region,
        role_name=role_name(node.iam_role),
        role_arn=arn,
        node_id=node.node_id,
    )


def update_public_key(service: Service, request: AgentRequest) -> JsonObject:
    """
    Exchange a node's key; the request is signed with the old one.
    """
    _, node = signed_by_node(service, request)
    key = request.body.get("NewPublicKey", "")
    protocol.load_public_key(key)
    node.public_key, node.key_since = key, service.now
    return {}


def update_instance_information(service: Service, request: AgentRequest) -> JsonObject:
    """
    Take a ping; what a sparse one leaves out stays known.
    """
    action = "ssm:UpdateInstanceInformation"
    scope, node = authenticate(service, request, action)
    if request.body.get("InstanceId") != node.node_id:
        message = f"{node.node_id} cannot ping for {request.body.get('InstanceId')}"
        raise SsmError("AccessDeniedException", message)
    is_first = node.last_ping is None
    said = {k: str(v) for k, v in request.body.items() if k in PINGED and v}
    node.details |= said
    node.last_ping = service.now
    if is_first:
        apply_to(service, scope, node)
    return {}


def list_instance_associations(service: Service, request: AgentRequest) -> JsonObject:
    """
    List nothing: associations reach the agent as commands.
    """
    authenticate(service, request, "ssm:ListInstanceAssociations")
    return {"Associations": []}


OPERATIONS = {
    "RegisterManagedInstance": register_managed_instance,
    "RequestManagedInstanceRoleToken": request_role_token,
    "UpdateManagedInstancePublicKey": update_public_key,
    "UpdateInstanceInformation": update_instance_information,
    "ListInstanceAssociations": list_instance_associations,
}
