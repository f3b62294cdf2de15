"""
The files of a change request: canonical JSON, and pages that follow from it alone.

The JSON file is a plan file with more in it. Whoever approves signs for the JSON; the
pages are its rendering, which can be made again and compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import EvidenceError
from closednet.evidence import codec, files, pages
from closednet.model.change_request import ChangeRequest
from closednet.model.plan import RolloutPlan
from closednet.render.request import blocks
from closednet.render.request.document import LANGUAGES, Document


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from closednet.model.canonical import Json

NAME: Final = "change-request"
FILE: Final = f"{NAME}.json"


@dataclass(frozen=True, slots=True)
class RequestFile:
    """
    A change request: the plans of all steps, and what a board is told besides.
    """

    rollout: RolloutPlan
    request: ChangeRequest

    def content(self) -> dict[str, Json]:
        """
        Return what the JSON file holds.
        """
        return codec.plan_file(self.rollout) | {"request": codec.encode(self.request)}

    @property
    def text(self) -> str:
        """
        The JSON file, to the letter.
        """
        return files.json_text(self.content())

    def page(self, language: str) -> str:
        """
        Return the page in one language; it loads nothing from anywhere.
        """
        document = self.document(language)
        return pages.render(
            "request.html.j2",
            language=language,
            title=document.title,
            digest=self.rollout.digest,
            simulated=self.request.simulated,
            banner=document.words.say("banner"),
            body=pages.safe(blocks.html(document.blocks())),
        )

    def markdown(self, language: str) -> str:
        """
        Return the same as Markdown, for a ticket.
        """
        document = self.document(language)
        banner = document.words.say("banner")
        head = f"> **{blocks.plain(banner)}**\n\n" if self.request.simulated else ""
        return head + blocks.markdown(document.blocks())

    def rendered(self, languages: Iterable[str] = tuple(LANGUAGES)) -> dict[str, str]:
        """
        Return every page by its file name.
        """
        return {
            f"{NAME}.{language}.{suffix}": render(language)
            for language in languages
            for suffix, render in (("html", self.page), ("md", self.markdown))
        }

    def document(self, language: str) -> Document:
        """
        Return the request as a document in one language.
        """
        return Document(LANGUAGES[language], self.rollout, self.request)


def write(folder: Path, file: RequestFile, languages: Iterable[str]) -> list[str]:
    """
    Write the JSON and the pages into a folder, and return their names.
    """
    texts = {FILE: file.text} | file.rendered(languages)
    for name, text in texts.items():
        files.write_text(folder / name, text)
    return list(texts)


def read(path: Path) -> RequestFile:
    """
    Return the change request in a JSON file.

    Raises:
        EvidenceError: It is a plan without a request, or was edited.
    """
    rollout = codec.read_plan(path)
    data: dict[str, Any] = codec.read_json(path)
    if not isinstance(rollout, RolloutPlan) or "request" not in data:
        raise EvidenceError(
            f"{path.name} holds no change request",
            hint="make one: closednet plan PARAMS --out FOLDER",
        )
    return RequestFile(rollout, codec.decode(data["request"], ChangeRequest))


def altered_pages(path: Path, file: RequestFile) -> list[str]:
    """
    Name the pages beside a request's JSON file that do not follow from it.
    """
    return [
        name
        for name, text in file.rendered().items()
        if (path.parent / name).is_file()
        and (path.parent / name).read_text("utf-8") != text
    ]
