"""
What must have arrived in CloudWatch from every server; pure judgements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.report import Check


if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def probe(host: str, group: str, stream: str, streams: Collection[str]) -> Check:
    """
    Judge whether the probe line of a server came out in its log stream.
    """
    if stream in streams:
        evidence = f"found in {group}, stream {stream}"
    elif streams:
        evidence = f"found in {', '.join(sorted(streams))} instead of {stream}"
    else:
        evidence = f"not found in {group}"
    return Check(
        f"a line written to the system log of {host} arrives in {group}",
        stream in streams,
        evidence,
        ("S20",),
        host,
        "the agent's log names the cause: credentials, name or rights",
    )


def retention(group: str, wanted: int, found: int | None) -> Check:
    """
    Judge how long a log group keeps events.
    """
    causes = {None: ("log-group-missing",), wanted: ()}
    return Check(
        f"log group {group} keeps events for {wanted} days",
        found == wanted,
        "there is no such group" if found is None else f"{found} days",
        ("S18", "S20"),
        group,
        "run the cloudwatch-agent step again",
        causes=causes.get(found, ("log-retention-changed",)),
    )


def metrics(host: str, ages: Mapping[str, float | None], limit_s: float) -> Check:
    """
    Judge whether every configured metric of a server is there and fresh.

    `ages` holds the age in seconds of the newest point of each metric, or None.
    """
    missing = sorted(name for name, age in ages.items() if age is None)
    stale = sorted(
        name for name, age in ages.items() if age is not None and age > limit_s
    )
    bad = [f"no point of {name}" for name in missing]
    bad += [f"{name} is stale" for name in stale]
    good = f"{len(ages)} metrics, none older than three intervals"
    return Check(
        f"every configured metric of {host} arrives and is fresh",
        bool(ages) and not bad,
        "; ".join(bad) or good,
        ("S20",),
        host,
        "new metrics take some minutes; then the agent's log names the cause",
    )
