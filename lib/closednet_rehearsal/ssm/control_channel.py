"""
ssmmessages: how an agent asks for its control channel and opens it.

Answers are XML. The agent looks for the literal `<AccessDeniedException>` in a
refusal: only that makes it fall back to ec2messages and stay there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from closednet_rehearsal.ssm import websocket, wire
from closednet_rehearsal.ssm.authentication import AgentRequest, authenticate
from closednet_rehearsal.ssm.channels import Channels, Opening
from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from closednet_rehearsal.ssm.seams import Environ
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


PATH: Final = "/v1/control-channel/"
DATA_PATH: Final = "/v1/data-channel/"
PATHS: Final = (PATH, DATA_PATH)
# Where the server below finds what wants to have the connection for itself.
TAKEOVER: Final = "rehearsal.takeover"
XML: Final = "text/xml"


class ControlChannel:
    """
    Answers what is asked below `/v1/control-channel/`.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.channels = Channels(service)

    def answer(
        self, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """
        Answer one request; one that opens the channel leaves a takeover behind.
        """
        try:
            _refuse_sessions(environ)
            raw = wire.read(environ)
            request = AgentRequest(environ, raw, wire.parse(raw))
            if environ["REQUEST_METHOD"] == "GET":
                return self._open(request, start_response)
            return self._create(request, start_response)
        except SsmError as error:
            return _refuse(start_response, error)

    def close(self) -> None:
        """
        Close every channel.
        """
        self.channels.close()

    def _create(
        self, request: AgentRequest, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        with self.service.world.lock:
            _, node = self._node(request, "CreateControlChannel")
            digest = self.service.world.ids.digest("control-channel", node.node_id)
            node.channel_token = f"rehearsal-{digest}"
        text = (
            "<CreateControlChannelResponse><MessageSchemaVersion>1.0"
            f"</MessageSchemaVersion><TokenValue>{node.channel_token}</TokenValue>"
            "</CreateControlChannelResponse>"
        )
        return _respond(start_response, "201 Created", text)

    def _open(
        self, request: AgentRequest, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        with self.service.world.lock:
            scope, node = self._node(request, "OpenControlChannel")
            ready = self.service.now + self._delay(request)
        headers = websocket.accept(request.environ)
        if headers is None:
            raise SsmError("BadRequest", "This is not a WebSocket's handshake")
        opening = Opening(scope, node, ready)
        request.environ[TAKEOVER] = partial(self.channels.adopt, opening)
        start_response("101 Switching Protocols", headers)
        return []

    def _delay(self, request: AgentRequest) -> float:
        # A real agent drops what comes at once; a stand-in says that it does not.
        longest = self.service.timings.channel_ready
        asked = str(request.environ.get("HTTP_X_REHEARSAL_READY", ""))
        return min(float(asked), longest) if asked.isdecimal() else longest

    def _node(self, request: AgentRequest, operation: str) -> tuple[Scope, Node]:
        scope, node = authenticate(self.service, request, f"ssmmessages:{operation}")
        if request.environ["PATH_INFO"] != f"{PATH}{node.node_id}":
            message = f"{node.node_id} has no other node's control channel"
            raise SsmError("AccessDeniedException", message)
        return scope, node


def _refuse_sessions(environ: Environ) -> None:
    if environ["PATH_INFO"].startswith(DATA_PATH):
        raise SsmError("AccessDeniedException", "No session is rehearsed")


def _refuse(start_response: Callable[..., Any], error: SsmError) -> Iterable[bytes]:
    text = f"{escape(error.message)} (rehearsal)"
    body = f"<{error.code}><Message>{text}</Message></{error.code}>"
    extra = (("x-amzn-ErrorType", error.code),)
    return _respond(start_response, "400 Bad Request", body, extra)


def _respond(
    start_response: Callable[..., Any],
    status: str,
    text: str,
    extra: tuple[tuple[str, str], ...] = (),
) -> Iterable[bytes]:
    raw = text.encode()
    headers = [("Content-Type", XML), ("Content-Length", str(len(raw))), *extra]
    start_response(status, headers)
    return [raw]
