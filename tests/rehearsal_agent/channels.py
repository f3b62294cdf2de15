"""
The agent's end of a control channel, and what it says about commands.
"""

from __future__ import annotations

import json
import uuid

from typing import TYPE_CHECKING, Any, Self

import websocket

from tests.rehearsal_agent import frames


if TYPE_CHECKING:
    from tests.rehearsal_agent.frames import Frame


class ClosedError(Exception):
    """
    The service closed the channel; `code` says why.
    """

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Channel:
    """
    An open channel; its first frame has been sent.
    """

    def __init__(self, socket: websocket.WebSocket, node_id: str, token: str) -> None:
        self.socket = socket
        self.node_id = node_id
        opening = {
            "Cookie": None,
            "MessageSchemaVersion": "1.0",
            "RequestId": str(uuid.uuid4()),
            "TokenValue": token,
            "AgentVersion": "3.3.2746.0",
            "PlatformType": "linux",
        }
        socket.send(json.dumps(opening))

    def receive(self) -> Frame:
        """
        Return the next message.
        """
        opcode, data = self.socket.recv_data(control_frame=False)
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise ClosedError(int.from_bytes(data[:2], "big"))
        assert websocket.ABNF.OPCODE_BINARY == opcode
        return frames.unpack(data)

    def job(self) -> Frame:
        """
        Return the next job and acknowledge it.
        """
        job = self.receive()
        assert "agent_job" == job.kind
        self.acknowledge(job)
        return job

    def acknowledge(self, job: Frame, code: str = "200", told: str = "") -> None:
        """
        Say that a job arrived, or that it cannot be done.
        """
        body = {
            "jobId": job.body["JobId"],
            "acknowledgedMessageId": job.message_id,
            "createdDate": "2026-11-23T04:24:22.905Z",
            "statusCode": code,
            "errorMessage": told or "Successful",
        }
        self.socket.send_binary(frames.pack("agent_job_ack", body))

    def reply(self, job_id: str, payload: dict[str, Any]) -> str:
        """
        Answer a job without waiting; return the reply's own id.
        """
        message_id = uuid.uuid4()
        body = {
            "schemaVersion": 1,
            "jobId": job_id,
            "content": json.dumps(payload),
            "topic": "aws.ssm.sendCommand",
        }
        self.socket.send_binary(frames.pack("agent_job_reply", body, message_id))
        return str(message_id)

    def close(self) -> None:
        """
        End the connection the hard way.
        """
        if self.socket.sock is not None:
            self.socket.sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def progress() -> dict[str, Any]:
    """
    Return the reply of a command that runs.
    """
    return {
        "documentStatus": "InProgress",
        "documentTraceOutput": "",
        "runtimeStatus": {},
    }


def ended(status: str, code: int, output: str = "", errors: str = "") -> dict[str, Any]:
    """
    Return the reply of a command that has ended.
    """
    return {
        "additionalInfo": {"runtimeStatusCounts": {status: 1}},
        "documentStatus": status,
        "documentTraceOutput": "",
        "runtimeStatus": {
            "aws:runShellScript": {
                "status": status,
                "code": code,
                "name": "aws:runShellScript",
                "output": f"{output}\n----------ERROR-------\n{errors}",
                "standardOutput": output,
                "standardError": errors,
                "startDateTime": "2026-11-23T04:24:22.000Z",
                "endDateTime": "2026-11-23T04:24:22.250Z",
                "outputS3BucketName": "",
                "outputS3KeyPrefix": "",
                "stepName": "",
            }
        },
    }
