"""
Meddle with archives in every way we could think of, and count what shows.

    python -m tests.fuzz.evidence [--each 60] [--seed 1]

Prints a line for each kind of meddling: tried, detected. Exit code 0 if all of it
was detected and every untouched archive holds, else 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from closednet.evidence import archive
from tests.fuzz import forgeries, mutations
from tests.fuzz.archives import Dice, judged, specimen, verifier, whole_run


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.archives import Files, Specimen

BROKEN = 1
UNTOUCHED = 40


@dataclass
class Row:
    """
    A kind of meddling: how often tried, what was not detected.
    """

    kind: str
    tried: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def detected(self) -> int:
        """
        How often it was detected.
        """
        return self.tried - len(self.missed)


@dataclass
class Fuzzer:
    """
    Tries everything `each` times; the same seed tries the same.
    """

    room: Path
    each: int
    seed: int
    rows: list[Row] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)

    def run(self) -> None:
        """
        Try everything, on an unsigned and on a signed archive.
        """
        for signed in (False, True):
            made = specimen(self.room / f"signed-{signed}", signed=signed)
            label = "signed" if signed else "unsigned"
            for kind in mutations.KINDS:
                self._try(made, f"{label}: {kind}", self._edited(made, kind))
            if signed:
                for kind, change in mutations.PACKED_KINDS.items():
                    rngs = ((Dice(self.seed, kind, n), n) for n in self._turns())
                    tries = (change(made, rng, n) for rng, n in rngs)
                    self._try(made, f"{label}: {kind}", tries)
                self._forge(made)

    def untouched(self) -> tuple[int, int]:
        """
        Return how many untouched archives were judged, and how many hold.
        """
        holds = 0
        for signed in (False, True):
            made = specimen(self.room / f"untouched-{signed}", signed=signed)
            for number in range(UNTOUCHED // 2):
                folder: Files = dict(made.files)
                form = made.packed if number % 2 else folder
                holds += self._judge(made, form) == 0
        return UNTOUCHED, holds

    def beyond(self) -> tuple[int, int]:
        """
        Return how many unsigned archives were made anew, and how many of them show.
        """
        made = specimen(self.room / "beyond", signed=False)
        tried = shown = 0
        for deed in forgeries.DEEDS:
            for number in range(self.each // 10 or 1):
                rng = Dice(self.seed, "beyond", deed, number)
                held = forgeries.made_anew(made, deed, rng, number)
                tried += 1
                shown += self._judge(made, dict(held)) == BROKEN
        return tried, shown

    def _turns(self) -> range:
        return range(self.each)

    def _edited(self, made: Specimen, kind: str) -> Iterator[Files]:
        for number in self._turns():
            rng = Dice(self.seed, kind, number)
            files: Files = dict(made.files)
            try:
                self.files.add(mutations.KINDS[kind](made, files, rng, number))
            except mutations.NothingToDoError:
                continue
            if files != made.files:
                yield files

    def _forge(self, made: Specimen) -> None:
        covers = tuple(forgeries.COVERS)
        for deed in forgeries.DEEDS:
            for place, cover in enumerate(covers):
                tries = (
                    self._forged(made, deed, cover, turn * len(covers) + place)
                    for turn in range(max(self.each // 4, 1))
                )
                self._try(made, f"forged: {deed}; {cover}", tries)
        stamps = (
            self._forged(made, "", "", turn) for turn in range(max(self.each // 4, 1))
        )
        self._try(made, "forged: the time stamp", stamps)
        self.records |= made.seen

    def _forged(self, made: Specimen, deed: str, cover: str, number: int) -> Files:
        dice = Dice(self.seed, deed, cover, number)
        return dict(forgeries.forged(made, deed, cover, dice, number))

    def _try(self, made: Specimen, kind: str, tries: Iterator[Files | bytes]) -> None:
        row = Row(kind)
        for number, form in enumerate(tries):
            if form in (made.packed, made.files):
                continue
            row.tried += 1
            code = self._judge(made, form)
            if code != BROKEN:
                row.missed.append(f"try {number}: exit code {code}")
        self.rows.append(row)

    def _judge(self, made: Specimen, form: Files | bytes) -> int:
        with tempfile.TemporaryDirectory(dir=self.room) as at:
            return int(judged(made, form, Path(at)).exit_code)


def thousand_cells(room: Path) -> tuple[float, int]:
    """
    Return how many seconds of CPU an archive of 1,000 cells takes, and the exit code.

    Of CPU, as others may work on the same machine; the best of three.
    """
    folder = whole_run(room / "cells", "20261125T090000Z-7a8b9c", cells=1000)
    archive.seal(folder)
    took, code = [], 0
    for _ in range(3):
        began = time.process_time()
        code = verifier().judge(folder.path, verifier().Trust()).exit_code
        took.append(time.process_time() - began)
    return min(took), code


def main() -> int:
    """
    Try everything, print the table, and return the exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--each", type=int, default=60, help="tries of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    room = Path(tempfile.mkdtemp(prefix="closednet-"))
    try:
        fuzzer = Fuzzer(room, given.each, given.seed)
        fuzzer.run()
        return report(fuzzer, room)
    finally:
        shutil.rmtree(room)


def report(fuzzer: Fuzzer, room: Path) -> int:
    """
    Print what was tried and what showed.
    """
    say = sys.stdout.write
    say(f"{'meddling':58} tried  detected\n")
    for row in fuzzer.rows:
        say(f"{row.kind:58} {row.tried:5}  {row.detected:8}\n")
        for missed in row.missed:
            say(f"    NOT DETECTED: {missed}\n")
    tried = sum(row.tried for row in fuzzer.rows)
    detected = sum(row.detected for row in fuzzer.rows)
    whole, holds = fuzzer.untouched()
    anew, shown = fuzzer.beyond()
    seconds, code = thousand_cells(room)
    say(f"{len(fuzzer.rows)} kinds, {tried} tried, {detected} detected\n")
    say(
        f"{len(fuzzer.files)} kinds of file and {len(fuzzer.records)} of forged deeds\n"
    )
    say(f"untouched archives: {whole}, of which hold: {holds}\n")
    say(f"unsigned and made anew: {anew}, of which show: {shown} (only a key helps)\n")
    say(f"1,000 cells verified in {seconds:.3f} s of CPU, exit code {code}\n")
    good = detected == tried and holds == whole and code == 0 and seconds < 1
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
