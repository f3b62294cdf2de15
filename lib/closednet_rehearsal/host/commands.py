"""
Commands as they reach an agent: run in threads of their own, answered as they go.
"""

from __future__ import annotations

import json
import threading

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host import plugins
from closednet_rehearsal.host.aws import ServiceError
from closednet_rehearsal.host.documents import Work, steps
from closednet_rehearsal.host.outputs import upload
from closednet_rehearsal.host.registration import HOME
from closednet_rehearsal.host.wire import Unreachable


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.host.agent_log import AgentLog
    from closednet_rehearsal.host.message_channels import Held, Polled
    from closednet_rehearsal.host.session import Session

CANCEL: Final = "aws.ssm.cancelCommand"
OUTPUT: Final = 24_000
ERRORS: Final = 8_000
SHORT: Final = 2_500
WORST_FIRST: Final = ("Cancelled", "TimedOut", "Failed")


class Commands:
    """
    The commands of this agent, so that one can be called off.
    """

    def __init__(self, session: Session, log: AgentLog) -> None:
        self._session = session
        self._log = log
        self._running: dict[str, threading.Event] = {}

    def accept(self, message: dict[str, Any]) -> None:
        """
        Start a command, or call one off.
        """
        message_id = str(message["MessageId"])
        payload: dict[str, Any] = json.loads(message["Payload"])
        if str(message["Topic"]).startswith(CANCEL):
            event = self._running.get(str(payload["CancelMessageId"]))
            if event is not None:
                event.set()
            self._acknowledge(message_id)
            return
        if message_id in self._running:
            return
        self._running[message_id] = threading.Event()
        thread = threading.Thread(
            target=self._run, args=(message_id, payload), daemon=True
        )
        thread.start()

    def _run(self, message_id: str, payload: dict[str, Any]) -> None:
        self._log.note(f"[Document] {payload['DocumentName']} {payload['CommandId']}")
        results: dict[str, dict[str, Any]] = {}
        trouble: list[str] = []
        self._reply(message_id, "InProgress", results, "")
        for work in steps(payload):
            results[work.key] = self._step(message_id, payload, work, trouble)
            self._reply(message_id, "InProgress", results, "")
        self._acknowledge(message_id)
        status = overall(results)
        self._reply(message_id, status, results, "\n".join(trouble))
        self._log.note(f"[Document] {payload['CommandId']} ended: {status}")

    def _step(
        self, message_id: str, payload: dict[str, Any], work: Work, trouble: list[str]
    ) -> dict[str, Any]:
        session = self._session
        folder = session.machine.root / HOME / session.identity.node_id
        folder = folder / "document/orchestration" / payload["CommandId"]
        folder = folder / work.plugin.replace(":", "") / work.identifier
        started = _now()
        job = plugins.Job(session, folder, self._running[message_id])
        if job.cancelled.is_set():
            result = plugins.Result("Cancelled", plugins.CANCELLED)
        else:
            result = plugins.run(job, work)
        for problem in upload(session, payload, work, result):
            self._log.problem(f"[Output] {problem}")
            trouble.append(problem)
        return {
            "status": result.status,
            "code": result.code,
            "name": work.plugin,
            "output": _together(result),
            "standardOutput": result.stdout[:OUTPUT],
            "standardError": result.stderr[:ERRORS],
            "startDateTime": started,
            "endDateTime": _now(),
            "outputS3BucketName": payload.get("OutputS3BucketName", ""),
            "outputS3KeyPrefix": payload.get("OutputS3KeyPrefix", ""),
            "stepName": "" if work.key == work.plugin else work.key,
        }

    def _reply(
        self,
        message_id: str,
        status: str,
        results: dict[str, dict[str, Any]],
        trace: str,
    ) -> None:
        counts: dict[str, int] = {}
        for result in results.values():
            counts[result["status"]] = counts.get(result["status"], 0) + 1
        agent = {"lang": "en-US", "name": "amazon-ssm-agent", "os": "", "osver": "1"}
        payload = {
            "additionalInfo": {
                "agent": {**agent, "ver": self._session.version},
                "dateTime": _now(),
                "runId": "",
                "runtimeStatusCounts": counts,
                "ableToOpenMGSConnection": self._session.channel == "ssmmessages",
            },
            "documentStatus": status,
            "documentTraceOutput": trace,
            "runtimeStatus": results,
        }
        self._call("reply", lambda road: road.reply(message_id, payload))

    def _acknowledge(self, message_id: str) -> None:
        self._call("acknowledgement", lambda road: road.acknowledge(message_id))

    def _call(self, what: str, say: Callable[[Polled | Held], None]) -> None:
        for attempt in range(1, 4):
            road = self._session.road
            try:
                if road is not None:
                    say(road)
            except ServiceError as error:
                self._log.problem(f"[Reply] {what}: {error}")
                return
            except Unreachable as error:
                self._log.problem(f"[Reply] {what}: {error}")
                self._session.machine.pause(2.0**attempt)
            else:
                return


def overall(results: dict[str, dict[str, Any]]) -> str:
    """
    Return the status of a document: the worst of its steps.
    """
    seen = {result["status"] for result in results.values()}
    return next((status for status in WORST_FIRST if status in seen), "Success")


def _together(result: plugins.Result) -> str:
    text = result.stdout
    if result.stderr:
        text += f"\n----------ERROR-------\n{result.stderr}"
    return text[:SHORT]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
