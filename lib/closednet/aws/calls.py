"""
Every call to AWS as an event: what was asked, what came back, how long it took.
"""

from __future__ import annotations

import time

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.aws import learning, strict
from closednet.aws.learning import SECRET_NAMES
from closednet.errors import AwsError
from closednet.redact import MASK, redact


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet.aws.reads import SharedReads
    from closednet.model.canonical import Json

READ_PREFIXES: Final = (
    *("AssumeRole", "BatchGet", "Decrypt", "Describe", "Filter", "GenerateDataKey"),
    *("Get", "Head", "List", "Lookup", "Query", "Search", "Simulate", "Test"),
)
NOTE: Final = "closednet"
SHARED: Final = "closednet-shared"
OK: Final = 200


@dataclass(frozen=True, slots=True)
class AwsCall:
    """
    One call to AWS as it is kept in the evidence; `params` are redacted.
    """

    service: str
    operation: str
    params: Mapping[str, Json]
    request_id: str
    status: int
    error_code: str
    duration_ms: int
    mutating: bool
    attempts: int
    account_id: str

    @property
    def action(self) -> str:
        """
        The call as IAM names it, such as `ec2:CreateVpcEndpoint`.
        """
        return f"{self.service}:{self.operation}"


def is_mutating(operation: str) -> bool:
    """
    Tell whether an operation writes, by its name.
    """
    return not operation.startswith(READ_PREFIXES)


def share(events: Any, account_id: str, reads: SharedReads) -> None:
    """
    Let the reads of a client be answered by what was read within the same verb.
    """

    def before(params: Any, model: Any, context: Any, **_: Any) -> None:
        service = str(model.service_model.service_name)
        context[SHARED] = (account_id, service, str(model.name), repr(params))

    def asked(model: Any, context: Any, **_: Any) -> Any:
        if is_mutating(model.name):
            reads.written(model.name)
            return None
        found = reads.answer(context.get(SHARED))
        if found is not None:
            # It is no call: nothing was sent.
            del context[NOTE], context[SHARED]
        return found

    def answered(parsed: Any, http_response: Any, context: Any, **_: Any) -> None:
        key = context.get(SHARED)
        if key and http_response.status_code == OK and not is_mutating(key[2]):
            reads.keep(key, key[2], http_response, parsed)

    events.register_last("before-parameter-build.*.*", before)
    events.register("before-call.*.*", asked)
    events.register("after-call.*.*", answered)


def watch(
    events: Any,
    account_id: str,
    on_call: Callable[[AwsCall], None],
    *,
    read_only: bool = False,
) -> None:
    """
    Check every request of a client, and tell `on_call` about every answer.

    A client that is `read_only` refuses to send what would write.
    """

    def before(params: Any, model: Any, context: Any, **_: Any) -> None:
        if read_only and is_mutating(model.name):
            raise _read_only(f"{model.service_model.service_name}:{model.name}")
        strict.check(params, model)
        shown = shown_params(params, model.input_shape) if model.input_shape else {}
        context[NOTE] = (model, shown, time.perf_counter())

    def after(parsed: Any, http_response: Any, context: Any, **_: Any) -> None:
        meta = parsed.get("ResponseMetadata", {})
        code = parsed.get("Error", {}).get("Code", "")
        request_id = meta.get("RequestId") or ""
        attempts = int(meta.get("RetryAttempts", 0)) + 1
        told(context, http_response.status_code, code, request_id, attempts)

    def failed(exception: Any, context: Any, **_: Any) -> None:
        told(context, 0, type(exception).__name__, "", 1)

    def told(context: Any, status: int, code: str, request: str, tries: int) -> None:
        note = context.get(NOTE)
        if note is None:
            return
        model, shown, start = note
        on_call(
            AwsCall(
                service=str(model.service_model.service_name),
                operation=str(model.name),
                params=shown,
                request_id=request,
                status=status,
                error_code=code,
                duration_ms=round((time.perf_counter() - start) * 1000),
                mutating=is_mutating(model.name),
                attempts=tries,
                account_id=account_id,
            )
        )

    learning.watch(events)
    events.register_last("before-parameter-build.*.*", before)
    events.register("after-call.*.*", after)
    events.register("after-call-error.*.*", failed)


def _read_only(operation: str) -> AwsError:
    return AwsError(
        f"{operation} was not sent: this command only reads",
        operation=operation,
        code="ReadOnly",
        hint="this is a fault in closednet: please report it",
    )


def shown_params(value: Any, shape: Any) -> Any:
    """
    Return request parameters as JSON data, without anything secret.
    """
    if shape is not None and shape.metadata.get("sensitive"):
        return MASK
    match value:
        case Mapping():
            return {str(k): _shown_member(str(k), v, shape) for k, v in value.items()}
        case list() | tuple():
            member = getattr(shape, "member", None)
            return [shown_params(item, member) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            is_text = not isinstance(value, bytes | bytearray)
            return redact(str(value)) if is_text else f"({len(value)} bytes)"


def _shown_member(name: str, value: Any, shape: Any) -> Any:
    if name in SECRET_NAMES:
        return MASK
    members = getattr(shape, "members", None) or {}
    return shown_params(value, members.get(name, getattr(shape, "value", None)))
