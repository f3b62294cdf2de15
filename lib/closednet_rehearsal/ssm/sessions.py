"""
Session Manager as far as an operator's side sees it; no data channel is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.document_content import parse
from closednet_rehearsal.ssm.documents import find, find_version
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.nodes import has_channel
from closednet_rehearsal.ssm.pages import from_iso, page
from closednet_rehearsal.ssm.service_settings import TIER, effective
from closednet_rehearsal.ssm.state import Session


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context


PREFERENCES: Final = "SSM-SessionManagerRunShell"
FLEET_MANAGER: Final = "AWSFleetManager-"
WRONG_TIER: Final = (
    "Enable advanced-instances tier to use Session Manager "
    "with your on-premises instances"
)
BUILT_IN: Final = frozenset(
    {
        PREFERENCES,
        "AWS-StartInteractiveCommand",
        "AWS-StartNonInteractiveCommand",
        "AWS-StartPortForwardingSession",
        "AWS-StartSSHSession",
    }
)


def start_session(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Open a session to a connected node; hybrid nodes need the advanced tier.
    """
    target = request["Target"]
    node = ctx.scope.nodes.get(target)
    if node is not None and effective(ctx.service, ctx.scope, TIER) != "advanced":
        raise SsmError("BadRequest", WRONG_TIER)
    if node is None or not has_channel(ctx.service, node):
        raise SsmError("TargetNotConnected", f"{target} is not connected.")
    document = _document(ctx, request)
    digest = ctx.service.world.ids.digest("session", target)
    who = ctx.caller.principal.rpartition("/")[2]
    session = Session(
        session_id=f"{who}-0{digest[:16]}",
        target=target,
        document=document,
        owner=ctx.caller.principal,
        reason=request.get("Reason", ""),
        started=ctx.now,
    )
    ctx.scope.sessions[session.session_id] = session
    return {
        "SessionId": session.session_id,
        "TokenValue": f"rehearsal-{digest}",
        "StreamUrl": f"wss://ssmmessages.{ctx.scope.region}.rehearsal.invalid"
        f"/v1/data-channel/{session.session_id}?role=publish_subscribe",
    }


def _document(ctx: Context, request: JsonObject) -> str:
    document = str(request.get("DocumentName", PREFERENCES))
    if document.startswith(FLEET_MANAGER):
        if not _preferences(ctx).get("kmsKeyId"):
            message = "KMS encryption must be turned on in the session preferences"
            raise SsmError("BadRequest", message)
    elif document not in BUILT_IN and find(ctx.scope, document).type != "Session":
        raise SsmError("InvalidDocument", f"{document} is not a Session document")
    return document


def terminate_session(ctx: Context, request: JsonObject) -> JsonObject:
    """
    End a session; ending it again, or one that never was, is no error.
    """
    session = ctx.scope.sessions.get(request["SessionId"])
    if session is not None and session.ended is None:
        session.ended = ctx.now
    return {"SessionId": request["SessionId"]}


def describe_sessions(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List active sessions, or ended ones, newest first.
    """
    active = request["State"] == "Active"
    found = [
        session
        for session in reversed(ctx.scope.sessions.values())
        if (session.ended is None) == active
        and all(_matches(session, each) for each in request.get("Filters", []))
    ]
    shown, more = page(found, request)
    return {"Sessions": [_view(ctx, session) for session in shown], **more}


def _matches(session: Session, wanted: JsonObject) -> bool:
    key, value = str(wanted["key"]), str(wanted["value"])
    if key == "InvokedAfter":
        return session.started > from_iso(value)
    if key == "InvokedBefore":
        return session.started < from_iso(value)
    facts = {
        "Target": session.target,
        "Owner": session.owner,
        "Status": _status(session),
        "SessionId": session.session_id,
        "AccessType": "Standard",
    }
    return facts[key] == value


def _status(session: Session) -> str:
    return "Connected" if session.ended is None else "Terminated"


def _view(ctx: Context, session: Session) -> JsonObject:
    return {
        "SessionId": session.session_id,
        "Target": session.target,
        "Status": _status(session),
        "StartDate": session.started,
        "EndDate": session.ended,
        "DocumentName": session.document,
        "Owner": session.owner,
        "Reason": session.reason or None,
        "MaxSessionDuration": _preferences(ctx).get("maxSessionDuration") or None,
        "AccessType": "Standard",
    }


def _preferences(ctx: Context) -> JsonObject:
    document = ctx.scope.documents.get(PREFERENCES)
    if document is None:
        return {}
    version = find_version(document, "$LATEST")
    return dict(parse(version.text, version.format).get("inputs", {}))


OPERATIONS = {
    "StartSession": start_session,
    "TerminateSession": terminate_session,
    "DescribeSessions": describe_sessions,
}
