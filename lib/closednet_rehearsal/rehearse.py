"""
`make rehearse`: plan, approve, apply, verify, seal; all on this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.running import running


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet_rehearsal.running import Running

PARAMS: Final = "params/rehearsal.yaml"
PLAN: Final = "rollout-plan.json"


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
    print(f"the rehearsal answered {len(calls)} calls, {_seconds(calls):.1f} s in all")
    print(f"calls that the rehearsal does not implement: {len(unsupported)}")
    print(f"all of it took {time.monotonic() - began:.1f} s")
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


def _seconds(calls: list[dict[str, float]]) -> float:
    return sum(call.get("seconds", 0.0) for call in calls)


if __name__ == "__main__":
    sys.exit(main())
