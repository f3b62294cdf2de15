"""
What a batch costs: 1, 10, 100 and 500 sites, planned by two workers.

The sites are untouched ones of up to a hundred rehearsals, each with an AWS, a name
server and a server of its own; with more sites, several share one, which planning only
reads. One worker and two then do the same sites, on this machine's own pool and on
Dask's, to see what the second is worth. What a rollout and a verification cost a site,
`make batch-sites` prints.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from distributed import LocalCluster

from benchmarks import measuring
from closednet_rehearsal.many.sites import many_sites
from closednet_rehearsal.many.trial import Outcome, batch


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIZES: Final = (1, 10, 100, 500)
WORLDS: Final = 100
WORKERS: Final = 2
SCALED: Final = 40
VERB: Final = "plan"
FIGURES: Final = {
    "seconds": "s",
    "seconds_a_site": "s a site",
    "cpu_a_site": "CPU s a site",
    "least_mb": "least MB of a worker",
    "most_mb": "most MB of a worker",
}
RESULTS: Final = Path(__file__).parent / "results/sites.json"


class Way(NamedTuple):
    """
    Whose workers do it, and how far AWS is from them.
    """

    pool: str
    latency_ms: int


NEAR: Final = Way("local", 0)
WAYS: Final = (NEAR, Way("local", 20), Way("Dask", 20))


def measure(count: int, workers: int = WORKERS, way: Way = NEAR) -> dict[str, Any]:
    """
    Return what planning so many sites costs.
    """
    outcome = Outcome()
    with (
        tempfile.TemporaryDirectory(prefix="closednet-sites-") as folder,
        many_sites(Path(folder) / "many", min(count, WORLDS)) as sites,
        _workers(way, workers, Path(folder)) as options,
    ):
        _more_sites(sites.params, count)
        for branch in sites.branches.values():
            branch.tell("latency", seconds=way.latency_ms / 1000)
        plan = batch(outcome, VERB, str(sites.params), *options)
    rows, seconds = plan["sites"], outcome.seconds[VERB]
    done = [row for row in rows if row["state"] == "done"]
    if count != len(done):
        raise SystemExit(f"only {len(done)} of {count} sites were planned")
    memory = [row["memory_mb"] for row in rows]
    told = {
        "sites": count,
        "workers": workers,
        **way._asdict(),
        "seconds": round(seconds, 1),
        "seconds_a_site": round(seconds / count, 2),
        "cpu_a_site": round(outcome.cpu_seconds[VERB] / count, 2),
        "least_mb": min(memory),
        "most_mb": max(memory),
    }
    measuring.say(json.dumps(told))
    return told


@contextmanager
def _workers(way: Way, count: int, folder: Path) -> Iterator[list[str]]:
    """
    Yield the options by which a batch uses so many workers.
    """
    if way.pool == "local":
        yield ["--workers", str(count)]
        return
    with LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(folder / "dask"),
    ) as cluster:
        yield ["--scheduler", cluster.scheduler_address]


def _more_sites(folder: Path, count: int) -> None:
    first = sorted(folder.glob("*.yaml"))
    for number in range(len(first), count):
        data = yaml.safe_load(first[number % len(first)].read_text("utf-8"))
        data["site"] = f"site-{number + 1:03d}"
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        (folder / f"{data['site']}.yaml").write_text(text, "utf-8")


def second_worker(result: Mapping[str, Any]) -> dict[Way, float]:
    """
    Return how many times as fast two workers were as one.
    """
    seconds: dict[Way, list[float]] = {}
    for each in result["scaled"]:
        way = Way(each["pool"], each["latency_ms"])
        seconds.setdefault(way, []).append(each["seconds"])
    return {way: one / two for way, (one, two) in seconds.items()}


def main() -> int:
    """
    Measure and keep it.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", type=int, nargs="*", default=SIZES)
    parser.add_argument("--scaled", type=int, default=SCALED)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    kept = {
        "machine": measuring.machine(),
        "sizes": [measure(count) for count in options.sites],
        "scaled": [
            measure(options.scaled, workers, way)
            for way in WAYS
            for workers in (1, WORKERS)
        ],
    }
    options.json.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
