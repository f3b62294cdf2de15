"""
Sessions of the instruction mode as files: what was asked, and what people pasted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from closednet.evidence import codec, files
from closednet.model.desk import Answer, block


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.evidence.run_folder import RunFolder
    from closednet.model.canonical import Json
    from closednet.params.site import Account, SiteParams

FOLDER: Final = "instructions"
HELP: Final = "by_hand.sh"


@dataclass
class Session:
    """
    One verb of one step, asked of people.
    """

    folder: RunFolder
    name: str
    asked: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    done: bool = False

    @property
    def file(self) -> str:
        """
        Where it lies in the run's folder.
        """
        return f"{FOLDER}/{self.name}.json"

    @property
    def script_name(self) -> str:
        """
        Where the script lies in the run's folder.
        """
        return f"handover/{self.name}.sh"

    def ask(self, missing: Mapping[str, str], script: str) -> str:
        """
        Keep what people have to do, and return where the script lies.
        """
        self.asked |= missing
        self.folder.write_handover(
            f"{self.name}.sh", script, audience="whoever may run commands"
        )
        self._write("asked")
        return self.script_name

    def take(self, answers: Mapping[str, Answer], *, by: str) -> None:
        """
        Keep what people pasted.
        """
        self.answers |= answers
        self._write("pasted", answers=len(answers), by=by)

    def drop(self, answers: Mapping[str, Answer]) -> None:
        """
        Keep only these answers: another told of a command that could not run.
        """
        self.answers = dict(answers)
        self._write("answers-dropped")

    def end(self) -> None:
        """
        Say that the verb came to its end, if anything was asked at all.
        """
        self.done = True
        if self.asked:
            self._write("asked-enough")

    def _write(self, kind: str, **about: Any) -> None:
        content: dict[str, Json] = {
            "asked": {**self.asked},
            "answers": {label: asdict(one) for label, one in self.answers.items()},
            "done": self.done,
        }
        digest = files.write_json(self.folder.path / self.file, content)
        self.folder.journal.record(
            kind, file=self.file, sha256=digest, session=self.name, **about
        )


def session(folder: RunFolder, step: str, verb: str) -> Session:
    """
    Return the session of a verb that is not at its end, or begin the next one.
    """
    number = 1
    while True:
        name = f"{step}-{verb}-{number:02d}"
        path = folder.path / FOLDER / f"{name}.json"
        if not path.is_file():
            return Session(folder, name)
        found = _read(folder, name)
        if not found.done:
            return found
        number += 1


def open_session(folder: RunFolder, step: str) -> Session | None:
    """
    Return the session of a step that waits for answers, the newest one first.
    """
    paths = sorted(
        (folder.path / FOLDER).glob(f"{step}-*.json"),
        key=lambda p: p.stat().st_mtime_ns,
    )
    for path in reversed(paths):
        found = _read(folder, path.stem)
        if not found.done:
            return found
    return None


def script(params: SiteParams, missing: Mapping[str, str]) -> str:
    """
    Return the script with all commands that are missing.
    """
    accounts = params.accounts
    head = [
        "#!/bin/sh",
        f"# Commands of closednet for {params.site}: run them where they may be run.",
        f"# Account {accounts.network.id}, and account {accounts.management.id}:",
        f"NETWORK=${{NETWORK:-{accounts.network.profile or 'default'}}}",
        f"MANAGEMENT=${{MANAGEMENT:-{accounts.management.profile or 'default'}}}",
        *_dns_profile(accounts.dns),
        resources.files("closednet.run").joinpath(HELP).read_text("utf-8"),
    ]
    return "\n".join([*head, *(block(label, told) for label, told in missing.items())])


def _dns_profile(account: Account | None) -> list[str]:
    return [] if account is None else [f"DNS=${{DNS:-{account.profile or 'default'}}}"]


def _read(folder: RunFolder, name: str) -> Session:
    data = codec.read_json(folder.path / FOLDER / f"{name}.json")
    answers = {label: Answer(**one) for label, one in data["answers"].items()}
    return Session(folder, name, data["asked"], answers, bool(data["done"]))
