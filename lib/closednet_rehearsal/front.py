"""
The front of the simulated AWS: every request passes here, none fails with a 5xx.
"""

from __future__ import annotations

import io
import logging
import socket
import time

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from closednet_rehearsal import page_limits, s3, validation
from closednet_rehearsal.calls import Asked, understand
from closednet_rehearsal.errors import (
    EMULATOR_ERROR,
    UNSUPPORTED,
    Answer,
    Refusal,
    nobody,
    refuse,
)
from closednet_rehearsal.faults import HOLD, HOLD_ANSWER, SILENT, Faults
from closednet_rehearsal.identity import (
    ANONYMOUS,
    account_and_principal,
    credential_scope,
)
from closednet_rehearsal.install import reseed
from closednet_rehearsal.permissions.principals import Caller
from closednet_rehearsal.way import doings, skew
from closednet_rehearsal.world import Call, World


if TYPE_CHECKING:
    from closednet_rehearsal.control import Control
    from closednet_rehearsal.permissions.gate import Gate


__all__ = ["Front", "Locked", "account_and_principal"]

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]

_LOG: Final = logging.getLogger(__name__)
_SERVER_ERROR: Final = 500
_BAD_REQUEST: Final = 400
_NO_PAGE: Final = frozenset({404, 405})


@dataclass(slots=True)
class Locked:
    """
    moto behind the world's lock, with ids that follow from what is asked for.
    """

    world: World
    inner: Application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        with self.world.lock:
            asked: Asked | None = environ.get("rehearsal.asked")
            if asked is not None:
                account = environ["HTTP_X_MOTO_ACCOUNT_ID"]
                key = (account, asked.service, asked.operation, asked.natural_key)
                reseed(*key, self.world.ids.digest("call", *key))
            return [b"".join(self.inner(environ, start_response))]


@dataclass(slots=True)
class Front:
    """
    Settle the clock, know the caller and what it may do, validate, break what
    should break, note it.
    """

    world: World
    inner: Application
    control: Control
    gate: Gate
    faults: Faults = field(default_factory=Faults)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        on_the_way = doings.of(self.world, environ)
        if on_the_way is not None:
            answer = on_the_way
        elif environ.get("PATH_INFO", "").startswith("/rehearsal/"):
            answer = self.control.answer(environ, self.faults)
        else:
            answer = self._aws(environ)
        reason = "OK" if answer.status < 300 else "Rehearsal"  # noqa: PLR2004
        start_response(f"{answer.status} {reason}", list(answer.headers))
        return [answer.body]

    def _aws(self, environ: Environ) -> Answer:
        began = time.monotonic()
        self._settle()
        if s3.named_by_host(str(environ.get("HTTP_HOST", ""))):
            environ = s3.path_style(environ)
        body = _read(environ)
        asked = understand(environ, body)
        account, principal, fault = "", "", ""
        try:
            account, principal = account_and_principal(environ)
            skew.check(self.world, asked.protocol, principal)
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
            environ["rehearsal.asked"] = asked
            with self.world.lock:
                self.world.throttle.check(asked, account)
            fault = self.faults.take(asked, principal)
            environ["rehearsal.caller"] = _caller(environ, account, principal)
            answer = self._answer(environ, body, asked, fault)
        except Refusal as refusal:
            answer = self._refused(asked, refusal)
        self._note(asked, account, principal, answer, time.monotonic() - began)
        self.control.after()
        if fault == HOLD_ANSWER:
            self.faults.hold()
        if fault in SILENT:
            _hang_up(environ)
        return answer

    def _settle(self) -> None:
        with self.world.lock:
            self.world.clock.settle()

    def _refused(self, asked: Asked, refusal: Refusal) -> Answer:
        if refusal.status == _BAD_REQUEST:
            refusal.status = validation.status_of(asked.service, refusal.code)
        answer = refuse(asked.protocol, refusal, self.world.ids.uuid("request"))
        return skew.dated(self.world, answer)

    def _answer(
        self, environ: Environ, body: bytes, asked: Asked, fault: str
    ) -> Answer:
        if fault == HOLD:
            self.faults.hold()
        if fault and (fault == HOLD or fault not in SILENT):
            raise Refusal(fault, f"The rehearsal was told to fail {asked.operation}")
        try:
            return self._checked(asked, self._allowed(environ, body, asked))
        except NotImplementedError:
            raise self._unsupported(asked) from None
        except Refusal:
            raise
        except Exception as error:
            _LOG.exception("The rehearsal failed in %s", asked.operation)
            raise Refusal(
                EMULATOR_ERROR, f"The rehearsal failed in {asked.operation}: {error!r}"
            ) from error

    def _allowed(self, environ: Environ, body: bytes, asked: Asked) -> Answer:
        """
        Answer what the caller may do, and what the service's model allows.
        """
        if asked.service != "s3" and _is_nobody(asked, environ):
            raise nobody(asked)
        validation.check(asked, environ)
        with self.world.lock:
            self.gate.check(environ, body, environ["rehearsal.caller"])
        if asked.service == "s3":
            owned = s3.answer_package(environ, signed=asked.signed)
            if owned is not None:
                return owned
        _rewind(environ, page_limits.cap(asked, environ, body))
        return _call(self.inner, environ)

    def _checked(self, asked: Asked, answer: Answer) -> Answer:
        html = any(
            "html" in value for name, value in answer.headers if name == "Content-Type"
        )
        if answer.status in _NO_PAGE and html and asked.service != "s3":
            raise self._unsupported(asked)
        if answer.status >= _SERVER_ERROR:
            shown = answer.body[:200].decode("utf-8", "replace")
            raise Refusal(
                EMULATOR_ERROR, f"The rehearsal failed in {asked.operation}: {shown}"
            )
        return answer

    def _unsupported(self, asked: Asked) -> Refusal:
        name = f"{asked.service}:{asked.operation}"
        self.world.unsupported.append(name)
        return Refusal(UNSUPPORTED, f"The rehearsal does not implement {name}")

    def _note(
        self, asked: Asked, account: str, principal: str, answer: Answer, took: float
    ) -> None:
        with self.world.lock:
            call = Call(
                len(self.world.calls) + 1,
                asked.service,
                asked.operation,
                account,
                principal,
                asked.mutating,
                answer.status,
                answer.error,
                took,
            )
            self.world.calls.append(call)


def _call(application: Application, environ: Environ) -> Answer:
    started: list[Any] = []

    def start_response(status: str, headers: Any, _: Any = None) -> None:
        started[:] = [int(status.split(maxsplit=1)[0]), tuple(headers)]

    body = b"".join(application(environ, start_response))
    status, headers = started
    error = "" if status < 300 else _error_code(headers, body)  # noqa: PLR2004
    return Answer(status, headers, body, error)


def _is_nobody(asked: Asked, environ: Environ) -> bool:
    is_mute = not (asked.signed or environ.get("HTTP_X_AMZ_TARGET"))
    return is_mute and asked.service != "ssmmessages"


def _error_code(headers: Iterable[tuple[str, str]], body: bytes) -> str:
    for name, value in headers:
        if name.lower() == "x-amzn-errortype":
            return value.split(":")[0]
    text = body.decode("utf-8", "replace")
    for opening, closing in (
        ("<Code>", "<"),
        ('"__type": "', '"'),
        ('"__type":"', '"'),
    ):
        if opening in text:
            return text.split(opening, 1)[1].split(closing, 1)[0].rsplit("#", 1)[-1]
    return "Error"


def _caller(environ: Environ, account: str, principal: str) -> Caller:
    scope = credential_scope(environ)
    known = principal != ANONYMOUS
    return Caller(account if known else "", principal, scope[0] if scope else "")


def _read(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    _rewind(environ, body)
    return body


def _rewind(environ: Environ, body: bytes) -> None:
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def _hang_up(environ: Environ) -> None:
    # waitress hands out a method of its connection, and with it the connection.
    check = environ.get("waitress.client_disconnected")
    if check is not None:
        check.__self__.socket.shutdown(socket.SHUT_RDWR)
