"""
The hand-over report as files of a run: a page and Markdown, in each language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.evidence import codec, files, pages
from closednet.evidence.handover_report.document import Document
from closednet.evidence.handover_report.english import ENGLISH
from closednet.evidence.handover_report.japanese import JAPANESE
from closednet.evidence.handover_report.record import RunRecord
from closednet.evidence.verifier import place
from closednet.render.request import blocks


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder

NAME: Final = "handover-report"
LANGUAGES: Final = {words.code: words for words in (ENGLISH, JAPANESE)}


def page(run: RunRecord, language: str) -> str:
    """
    Return the page in one language; it loads nothing from anywhere.
    """
    words = LANGUAGES[language]
    document = Document(words, run)
    return pages.render(
        "report.html.j2",
        language=language,
        title=document.title,
        footer=f"{run.report.site} {run.report.run_id}",
        simulated=bool(run.report.about.get("simulated")),
        banner=words.say("banner"),
        body=pages.safe(blocks.html(document.blocks())),
    )


def markdown(run: RunRecord, language: str) -> str:
    """
    Return the same as Markdown, for tickets and wikis.
    """
    words = LANGUAGES[language]
    banner = words.say("banner")
    simulated = bool(run.report.about.get("simulated"))
    head = f"> **{blocks.plain(banner)}**\n\n" if simulated else ""
    return head + blocks.markdown(Document(words, run).blocks())


def write(
    folder: RunFolder,
    *,
    signers: Sequence[str] | None = None,
    languages: Iterable[str] = tuple(LANGUAGES),
    into: Path | None = None,
    tickets: bool = False,
) -> list[str]:
    """
    Write the report of a run, by default into its folder, and return its files.

    With `tickets`, as Markdown too.
    """
    run = RunRecord(folder, signers)
    target = into or folder.path
    texts = {f"{NAME}.{code}.html": page(run, code) for code in languages}
    if tickets:
        texts |= {f"{NAME}.{code}.md": markdown(run, code) for code in languages}
    for name, text in texts.items():
        files.write_text(target / name, text)
    return list(texts)


def signers_of(folder: Path) -> tuple[str, ...] | None:
    """
    Return by which keys a folder is sealed; None if it is not.
    """
    path = folder / place.MANIFEST
    if not path.is_file():
        return None
    predicate = codec.read_json(path).get("predicate", {})
    return tuple(str(name) for name in predicate.get("signers", ()))
