"""
AWS by hand: each call becomes a command of the AWS CLI, its output the answer.

The adapters do not notice. botocore lets a handler answer in the place of the service;
what people pasted is turned into the same types that botocore would have made.
"""

from __future__ import annotations

import base64
import json
import re

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3

from botocore import xform_name
from botocore.response import StreamingBody
from botocore.utils import parse_timestamp

from closednet.aws.account import Account
from closednet.aws.calls import is_mutating
from closednet.aws.models import new_session
from closednet.errors import AwsError
from closednet.model.desk import key_of
from closednet.redact import PLACEHOLDER


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.aws.account import Role
    from closednet.model.desk import Answer, Desk
    from closednet.params.site import SiteParams
    from closednet.waiting import Waiting

NOTE: Final = "closednet-by-hand"
PROGRAMS: Final = {"s3": "s3api"}
SECRET_ANSWERS: Final = ("CreateActivation", "GetParameter", "GetSecretValue")
# Moments of asking: the same question has others each time.
MOMENTS: Final = ("startTime", "endTime", "StartTime", "EndTime", "ExpirationDate")
_error: Final = re.compile(
    r"An error occurred \((?P<code>[^)]+)\) when calling the \w+ operation"
    r"(?: \([^)]*\))?: ?(?P<message>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What stands for the answer of an HTTP server.
    """

    status_code: int


class AccountByHand(Account):
    """
    An account whose calls people make.
    """

    def __init__(
        self, role: Role, params: SiteParams, waiting: Waiting, desk: Desk
    ) -> None:
        super().__init__(role, params, waiting)
        self._desk = desk

    def _made(self, service: str) -> Any:
        # Nothing is ever sent, so these keys are nobody's.
        session = boto3.Session(
            *("by-hand", "by-hand"),
            botocore_session=new_session(),
            region_name=self.region,
        )
        client: Any = session.client(service)  # type: ignore[call-overload]
        events = client.meta.events
        events.register_first("before-parameter-build.*.*", _note)
        events.register("before-call.*.*", self._answer)
        return client

    def _answer(self, model: Any, context: Any, **_: Any) -> tuple[Heard, Any]:
        params = context[NOTE]
        shape = model.input_shape
        stable = _stable(params, shape) if shape else {}
        key = key_of(self.role, model.service_model.service_name, model.name, stable)
        told = command(self.role, self.region, model, params)
        writes = is_mutating(model.name)
        answer = self._desk.ask(key, told, writes=writes)
        if answer is None:
            return Heard(200), _empty(model.output_shape) | {"ResponseMetadata": {}}
        if answer.exit_code:
            return self._failed(answer, key, model)
        return Heard(200), _content(answer, model) | {"ResponseMetadata": {}}

    def _failed(self, answer: Answer, key: str, model: Any) -> tuple[Heard, Any]:
        found = _error.search(answer.output)
        if found is None:
            self._desk.forget(key)
            raise AwsError(
                f"the command for {model.name} failed: {answer.output[-300:]}",
                operation=f"{model.service_model.service_name}:{model.name}",
                hint="mend the cause, run this cell again, and paste a new output",
            )
        error = {"Code": found["code"], "Message": found["message"].strip()}
        return Heard(400), {"Error": error, "ResponseMetadata": {}}


def command(role: str, region: str, model: Any, params: Mapping[str, Any]) -> str:
    """
    Return the AWS CLI command that makes a call.

    Secrets are put in, and masked in what is printed, by the script around it.
    """
    service = str(model.service_model.service_name)
    if model.name == "GetObject":
        place = f"s3://{params['Bucket']}/{params['Key']}"
        return f"aws s3 cp {_profile(role)} --region {region} --quiet '{place}' - 2>&1"
    program = PROGRAMS.get(service, service)
    called = (
        f"aws {program} {xform_name(model.name, '-')} {_profile(role)} --region {region}"
        " --no-paginate --output json"
    )
    text = json.dumps(params, indent=1, default=_printed, ensure_ascii=False)
    masked = "masked " if model.name in SECRET_ANSWERS else ""
    if not params:
        return f"{masked}{called} 2>&1"
    read = f"{called} --cli-input-json file:///dev/stdin 2>&1"
    if PLACEHOLDER in text:
        return f"fill <<'JSON' | {masked}{read}\n{text}\nJSON"
    return f"{masked}{read} <<'JSON'\n{text}\nJSON"


def _profile(role: str) -> str:
    return f'--profile "${role.upper()}"'


def _note(params: Any, context: Any, **_: Any) -> None:
    # Before botocore adds tokens of its own, which differ each time.
    context[NOTE] = dict(params)


def _printed(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no parameter of a call")


def _stable(params: Mapping[str, Any], shape: Any) -> Any:
    return {
        name: json.loads(json.dumps(value, default=_printed))
        for name, value in params.items()
        if name not in MOMENTS and shape.members[name].type_name != "timestamp"
    }


def _empty(shape: Any) -> dict[str, Any]:
    """
    Return an answer without anything in it, so that the verb can look further.
    """
    if shape is None:
        return {}
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        match member.type_name:
            case "list":
                made[name] = []
            case "map" | "structure":
                made[name] = {}
            case _:
                pass
    return made


def _content(answer: Answer, model: Any) -> dict[str, Any]:
    if model.name == "GetObject":
        body = answer.output.encode()
        return {"Body": StreamingBody(BytesIO(body), len(body))}
    text = answer.output.strip()
    try:
        data = json.loads(text) if text else {}
    except ValueError as err:
        raise AwsError(
            f"what was pasted for {model.name} is no JSON: {text[:80]!r}",
            operation=str(model.name),
            hint="copy the whole output, without line breaks of the terminal",
        ) from err
    made = _typed(data, model.output_shape)
    return made if isinstance(made, dict) else {}


def _typed(value: Any, shape: Any) -> Any:
    """
    Return JSON as botocore would have parsed the answer.
    """
    kind = shape.type_name if shape is not None and value is not None else ""
    made = value
    if kind == "structure" and isinstance(value, dict):
        members = shape.members
        made = {k: _typed(v, members[k]) for k, v in value.items() if k in members}
    elif kind == "list" and isinstance(value, list):
        made = [_typed(item, shape.member) for item in value]
    elif kind == "map" and isinstance(value, dict):
        made = {key: _typed(item, shape.value) for key, item in value.items()}
    elif kind == "string" and isinstance(value, dict | list):
        # The CLI shows policies decoded; botocore decodes them once more.
        made = quote(json.dumps(value))
    elif kind == "timestamp":
        made = parse_timestamp(value)
    elif kind == "blob":
        made = base64.b64decode(value)
    return made
