"""
A stand-in for the AWS CLI, as far as scripts of the instruction mode use it.

The program `aws` only hands its arguments and its input on, over a socket, to this
process, which makes the call with boto3 and returns what the real one would print. A
profile is the account whose role is assumed.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shlex
import socketserver
import subprocess
import sys
import threading

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from botocore import xform_name
from botocore.exceptions import ClientError

from closednet_rehearsal.settings import OPERATOR_KEY_ID, OPERATOR_SECRET_KEY


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ERROR = 254
PROGRAM = """\
import json, socket, sys
given = sys.stdin.read() if "file:///dev/stdin" in sys.argv else ""
with socket.socket(socket.AF_UNIX) as way:
    way.connect({address!r})
    way.sendall((json.dumps([sys.argv[1:], given]) + "\\n").encode())
    code, said = json.loads(way.makefile().readline())
sys.stdout.write(said)
sys.exit(code)
"""


@dataclass
class Person:
    """
    Somebody who runs the scripts of the instruction mode, with an AWS CLI of theirs.
    """

    endpoint_url: str
    folder: Path
    ran: list[str] = field(default_factory=list)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def secrets(self) -> Path:
        """
        Where the script keeps what it does not print.
        """
        return self.folder / "secrets"

    def runs(self, script: str) -> str:
        """
        Run a script and return everything that it printed.
        """
        environment = os.environ | {
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "NETWORK": "111111111111",
            "MANAGEMENT": "222222222222",
            "SECRETS": str(self.secrets),
        }
        done = subprocess.run(
            ["/bin/sh"],
            input=script,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def answer(self, argv: list[str], given: str) -> tuple[int, str]:
        """
        Make one call, as the real program would.
        """
        asked = _parser().parse_args(argv)
        with self._lock:
            self.ran.append(f"{asked.service} {asked.operation}")
            if (asked.service, asked.operation) == ("s3", "cp"):
                return self._copied(asked)
            return self._called(asked, json.loads(given) if given else {})

    def _called(
        self, asked: argparse.Namespace, params: dict[str, Any]
    ) -> tuple[int, str]:
        service = "s3" if asked.service == "s3api" else asked.service
        client = self._client(asked.profile, asked.region, service)
        model = client.meta.service_model
        names = {xform_name(name, "-"): name for name in model.operation_names}
        operation = names[asked.operation]
        shape = model.operation_model(operation).input_shape
        for name, value in params.items():
            if shape.members[name].type_name == "blob":
                params[name] = base64.b64decode(value)
        try:
            answer = getattr(client, xform_name(operation))(**params)
        except ClientError as err:
            return ERROR, f"\n{err}\n"
        answer.pop("ResponseMetadata", None)
        return 0, json.dumps(
            answer, indent=4, default=_printed
        ) + "\n" if answer else ""

    def _copied(self, asked: argparse.Namespace) -> tuple[int, str]:
        bucket, _, key = asked.places[0].removeprefix("s3://").partition("/")
        client = self._client(asked.profile, asked.region, "s3")
        return 0, client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def _client(self, account: str, region: str, service: str) -> Any:
        if (account, service) not in self._clients:
            keys = {
                "aws_access_key_id": OPERATOR_KEY_ID,
                "aws_secret_access_key": OPERATOR_SECRET_KEY,
            }
            where = {"region_name": region, "endpoint_url": self.endpoint_url}
            make: Any = boto3.client
            given = make("sts", **where, **keys).assume_role(
                RoleArn=f"arn:aws:iam::{account}:role/closednet-operator",
                RoleSessionName="by-hand",
            )["Credentials"]
            self._clients[account, service] = make(
                service,
                **where,
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
            )
        return self._clients[account, service]


@contextmanager
def person(endpoint_url: str, folder: Path) -> Iterator[Person]:
    """
    Return a person with an `aws` of their own in `folder`.
    """
    folder.mkdir(parents=True)
    address = str(folder / "socket")
    one = Person(endpoint_url, folder)
    (folder / "client.py").write_text(PROGRAM.format(address=address), "utf-8")
    client = shlex.join([sys.executable, "-I", "-S", str(folder / "client.py")])
    (folder / "aws").write_text(f'#!/bin/sh\nexec {client} "$@"\n', "utf-8")
    (folder / "aws").chmod(0o755)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            argv, given = json.loads(self.rfile.readline())
            self.wfile.write((json.dumps(one.answer(argv, given)) + "\n").encode())

    with socketserver.ThreadingUnixStreamServer(address, Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield one
        finally:
            server.shutdown()
            thread.join()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("operation")
    parser.add_argument("places", nargs="*")
    parser.add_argument("--profile", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--output", choices=["json"])
    parser.add_argument("--no-paginate", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--cli-input-json", choices=["file:///dev/stdin"])
    return parser


def _printed(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)
