"""
What a request asks for: service, operation, who asks, and whether it changes.
"""

from __future__ import annotations

import json
import re

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request as MotoRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from closednet_rehearsal.identity import credential_scope
from closednet_rehearsal.settings import REGION


if TYPE_CHECKING:
    from collections.abc import Mapping


_READ: Final = re.compile(
    r"^(Describe|Get|List|Head|Lookup|Search|Simulate|BatchGet|AssumeRole|Filter"
    r"|StartQuery|StopQuery|Decrypt|Encrypt|GenerateDataKey|Verify|Test)"
)
_MODEL_NAMES: Final = {
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "servicequotas": "service-quotas",
}
_TARGETS: Final = {
    "AmazonSSM": "ssm",
    "EC2WindowsMessageDeliveryService": "ec2messages",
}
_HOST: Final = re.compile(
    r"^(?:vpce-[a-z0-9-]+\.)?([a-z0-9]+)\.[a-z]{2}-[a-z]+-\d(?:\.vpce)?"
    r"\.amazonaws\.com(?::\d+)?$"
)
_CHANNEL: Final = re.compile(r"^/v1/(control|data)-channel/")
_NATURAL: Final = (
    "Name",
    "GroupName",
    "GroupId",
    "RoleName",
    "UserName",
    "PolicyName",
    "RoleArn",
    "HostedZoneId",
    "SecretId",
    "AliasName",
    "logGroupName",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One request, understood.
    """

    service: str
    operation: str
    region: str
    protocol: str
    signed: bool
    natural_key: str

    @property
    def mutating(self) -> bool:
        """
        Return whether the operation can change anything.
        """
        return not _READ.match(self.operation)


def understand(environ: Mapping[str, Any], body: bytes) -> Asked:
    """
    Return what a request asks for; one that names no service is for S3.
    """
    scope = credential_scope(dict(environ))
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    service = _TARGETS.get(target.split(".")[0].split("_")[0], _named(environ))
    region = REGION
    if scope is not None:
        region = scope[1] or REGION
        service = _MODEL_NAMES.get(scope[2], scope[2])
    form = _form(environ, body)
    channel = _channel(environ)
    if channel and (scope is None or service == "ssmmessages"):
        return Asked(
            "ssmmessages", channel, region, "ssmmessages", scope is not None, ""
        )
    operation = target.rsplit(".", 1)[-1] or form.get("Action", [""])[0]
    if not operation:
        operation = _routed(service, environ)
    key = _natural_key(form, body if target else b"")
    protocol = protocol_of(service, environ.get("CONTENT_TYPE", ""))
    return Asked(service, operation, region, protocol, scope is not None, key)


def _named(environ: Mapping[str, Any]) -> str:
    """
    Name the service whose own host name an unsigned request was sent to.
    """
    found = _HOST.match(environ.get("HTTP_HOST", ""))
    return _MODEL_NAMES.get(found[1], found[1]) if found else "s3"


@cache
def protocol_of(service: str, content_type: str) -> str:
    """
    Return json, query, ec2, rest-xml or s3: how the request is worded.
    """
    if service == "s3":
        return "s3"
    try:
        return determine_request_protocol(get_service_model(service), content_type)
    except (NotImplementedError, UnknownServiceError):
        return "json"


def _form(environ: Mapping[str, Any], body: bytes) -> dict[str, list[str]]:
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace"))
    return parse_qs(environ.get("QUERY_STRING", ""))


def _channel(environ: Mapping[str, Any]) -> str:
    """
    Name an operation of ssmmessages; its paths are not in any public model.
    """
    found = _CHANNEL.match(environ.get("PATH_INFO", ""))
    if found is None:
        return ""
    verb = "Open" if environ["REQUEST_METHOD"] == "GET" else "Create"
    return f"{verb}{found[1].capitalize()}Channel"


def _routed(service: str, environ: Mapping[str, Any]) -> str:
    try:
        router = get_service_router(service)
        operation, _ = router.match(MotoRequest(dict(environ)))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}"
    return str(operation.name)


def _natural_key(form: dict[str, list[str]], body: bytes) -> str:
    named = {key: form[key][0] for key in _NATURAL if key in form}
    if body:
        try:
            members = json.loads(body)
        except ValueError:
            members = {}
        if isinstance(members, dict):
            named |= {key: str(members[key]) for key in _NATURAL if key in members}
    return ",".join(f"{key}={named[key]}" for key in sorted(named))
