"""
Servers whose agents register, ping and answer every command with success.
"""

from __future__ import annotations

import json
import threading

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from closednet_rehearsal.ssm.replies import reply


if TYPE_CHECKING:
    from closednet.aws.activation_codes import StoredCode
    from closednet.params.site import Host
    from closednet.site import Site
    from closednet_rehearsal.server import Server
    from closednet_rehearsal.ssm.runs import Command, Invocation


SAID = "closednet-probe\n"


class Puppets:
    """
    Plays the agents of a site on a thread of its own.
    """

    def __init__(self, server: Server, site: Site, public_key: str) -> None:
        self._server = server
        self._site = site
        self._public_key = public_key
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._service = server.systems_manager.application.service
        account = site.management
        self._scope = self._service.scope(account.id, account.region)

    def register(self, host: Host, stored: StoredCode) -> str:
        """
        Register `host` with an activation, as its agent does.
        """
        body = {
            "ActivationId": stored.activation_id,
            "ActivationCode": stored.code.reveal(),
            "Fingerprint": host.name,
            "PublicKey": self._public_key,
            "PublicKeyType": "Rsa",
        }
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AmazonSSM.RegisterManagedInstance",
            "Host": f"ssm.{self._site.params.region}.amazonaws.com",
        }
        url = self._server.endpoint_url
        request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - loopback
        with urlopen(request) as answer:  # noqa: S310 - loopback
            node_id = str(json.load(answer)["InstanceId"])
        with self._service.world.lock:
            node = self._scope.nodes[node_id]
            node.last_ping = self._service.now
            node.details |= {
                "ComputerName": f"{host.name}.example.internal",
                "IPAddress": host.address,
                "PlatformType": "Linux",
                "PlatformName": "Ubuntu",
                "PlatformVersion": "22.04",
                "AgentVersion": "3.3.2746.0",
            }
        return node_id

    def start(self) -> None:
        """
        Begin to answer commands.
        """
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """
        End the thread.
        """
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _play(self) -> None:
        while not self._stopped.wait(0.05):
            for command, invocation in self._waiting():
                self._write(command, invocation)
                with self._service.world.lock:
                    payload = _payload(invocation)
                    reply(self._service, self._scope, invocation.message_id, payload)

    def _waiting(self) -> list[tuple[Command, Invocation]]:
        with self._service.world.lock:
            return [
                (command, invocation)
                for command in map(
                    self._scope.commands.__getitem__, self._scope.open_commands
                )
                for invocation in command.invocations.values()
                if invocation.dispatched is not None and invocation.ended is None
            ]

    def _write(self, command: Command, invocation: Invocation) -> None:
        account = self._site.management
        request = command.request
        tail = f"{invocation.node_id}/awsrunShellScript/0.awsrunShellScript/stdout"
        bucket = request.get("OutputS3BucketName")
        if bucket:
            key = Path(request["OutputS3KeyPrefix"]) / command.command_id / tail
            account.s3.put_object(Bucket=bucket, Key=str(key), Body=SAID.encode())
        group = request.get("CloudWatchOutputConfig", {}).get("CloudWatchLogGroupName")
        if group:
            stream = f"{command.command_id}/{invocation.node_id}/stdout"
            account.logs.create_log_stream(logGroupName=group, logStreamName=stream)
            event: Any = {
                "timestamp": int(self._service.wall() * 1000),
                "message": SAID.strip(),
            }
            account.logs.put_log_events(
                logGroupName=group, logStreamName=stream, logEvents=[event]
            )


def _payload(invocation: Invocation) -> dict[str, Any]:
    step = {
        "status": "Success",
        "code": 0,
        "output": f"{SAID}\n----------ERROR-------\nnothing bad\n",
        "standardOutput": SAID,
        "standardError": "nothing bad\n",
    }
    return {
        "documentStatus": "Success",
        "runtimeStatus": dict.fromkeys(invocation.steps, step),
    }
