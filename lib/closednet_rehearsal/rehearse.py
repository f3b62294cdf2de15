"""
`make rehearse`: plan, approve, apply, verify, seal; all on this machine.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.running import running


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet_rehearsal.running import Running

PARAMS: Final = "params/rehearsal.yaml"
PLAN: Final = "rollout-plan.json"
LONG_POLL: Final = "GetMessages"
SELF: Final = resource.RUSAGE_SELF
CHILDREN: Final = resource.RUSAGE_CHILDREN


def main() -> int:
    """
    Rehearse the whole rollout and return the exit code.
    """
    began = time.monotonic()
    root = Path.cwd()
    evidence = root / "evidence"
    with running(root / ".rehearsal", evidence=evidence) as rehearsal:
        print(f"rehearsal ready in {time.monotonic() - began:.1f} s (simulated AWS)")
        code = _rollout(rehearsal, rehearsal.environment(evidence), evidence)
        unsupported = rehearsal.ask("unsupported")
        calls = rehearsal.ask("calls")
        emulator = float(rehearsal.ask("usage")["cpu_seconds"])
    print(f"the rehearsal answered {len(calls)} calls in {_seconds(calls):.1f} s")
    print(f"calls that the rehearsal does not implement: {len(unsupported)}")
    print(
        f"all of it took {time.monotonic() - began:.1f} s and {_cpu_seconds():.1f} s"
        f" of CPU time, {emulator:.1f} s of it the simulated AWS's"
    )
    return code or (1 if unsupported else 0)


def _rollout(rehearsal: Running, env: Mapping[str, str], evidence: Path) -> int:
    plan = rehearsal.work_dir / PLAN
    if code := _closednet(env, "plan", PARAMS, "--out", os.fspath(plan)):
        return code
    digest = str(json.loads(plan.read_text("utf-8"))["digest"])
    print(f"approving, as an operator would after reading: {digest}", flush=True)
    if code := _closednet(env, "apply", PARAMS, "--approve", digest):
        return code
    newest = max(evidence.glob("*/*/journal.jsonl"), key=lambda p: p.stat().st_mtime)
    return _closednet(env, "evidence", "verify", os.fspath(newest.parent))


def _closednet(env: Mapping[str, str], *arguments: str) -> int:
    shown = " ".join(os.path.relpath(a) if a[0] == "/" else a for a in arguments)
    print(f"$ closednet {shown}", flush=True)
    command = [sys.executable, "-m", "closednet", *arguments]
    return subprocess.call(command, env=dict(env))  # noqa: S603 - our own command


def _seconds(calls: list[dict[str, Any]]) -> float:
    # An agent that asks for messages is kept waiting until there are some.
    answered = [call for call in calls if call["operation"] != LONG_POLL]
    return sum(float(call["seconds"]) for call in answered)


def _cpu_seconds() -> float:
    """
    Return the CPU time of this process and of all that it started and that ended.
    """
    used = [resource.getrusage(who) for who in (SELF, CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    sys.exit(main())
