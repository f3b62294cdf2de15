"""
The sites of a batch, from what was named: files, folders and patterns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import ParamsError, Problem
from closednet.params import yaml_text
from closednet.site import open_site


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

KINDS: Final = ("*.yaml", "*.yml")
MAGIC: Final = "*?["


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A site that is well described, and where its evidence goes.
    """

    site: str
    params: Path
    evidence: Path
    simulated: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """
    The sites that are well described, and everything wrong with the others.
    """

    sites: tuple[Listed, ...]
    problems: tuple[tuple[Path, tuple[Problem, ...]], ...]

    def require_sound(self) -> None:
        """
        Go on only if every file describes a site.

        Raises:
            ParamsError: One does not; it names all problems of all files.
        """
        if self.problems:
            named = [
                Problem(f"{file.name}: {one.path or '(file)'}", one.message, one.line)
                for file, problems in self.problems
                for one in problems
            ]
            raise ParamsError(
                f"{len(self.problems)} of {len(self.problems) + len(self.sites)} files"
                f" have {len(named)} problem(s), and no site was begun:",
                problems=named,
                hint="mend them, or leave these sites out with --skip-bad",
            )


def read(named: Sequence[str]) -> Listing:
    """
    Judge every parameters file that is named; nothing is called.

    Raises:
        ParamsError: A name leads to no file.
    """
    sites: dict[str, Listed] = {}
    problems: list[tuple[Path, tuple[Problem, ...]]] = []
    for file in find(named):
        try:
            one = _judged(file, sites)
        except ParamsError as err:
            whole = (Problem("", err.message.split("\n")[0]),)
            problems.append((file, err.problems or whole))
        else:
            sites[one.site] = one
    return Listing(tuple(sites.values()), tuple(problems))


def find(named: Iterable[str]) -> tuple[Path, ...]:
    """
    Return the files that names, folders and patterns lead to, each once, in order.

    Of a folder it is every YAML file in it, but for those that another one names as
    its connection or its inventory.

    Raises:
        ParamsError: A name leads to no file.
    """
    found: dict[Path, None] = {}
    for name in named:
        files = list(_of(name))
        if not files:
            raise ParamsError(
                f"{name} leads to no parameters file",
                hint="name files, a folder with *.yaml in it, or a pattern in quotes",
            )
        found |= dict.fromkeys(files)
    return tuple(found)


def _of(name: str) -> Iterator[Path]:
    path = Path(name).expanduser()
    if path.is_dir():
        files = sorted(file for kind in KINDS for file in path.glob(kind))
        named = {other for file in files for other in _referred(file)}
        yield from (f.resolve() for f in files if f.resolve() not in named)
    elif path.is_file():
        yield path.resolve()
    elif any(letter in name for letter in MAGIC):
        root = Path(path.anchor or ".")
        pattern = path.relative_to(path.anchor).as_posix()
        yield from (file.resolve() for file in sorted(root.glob(pattern)))


def _referred(file: Path) -> Iterator[Path]:
    """
    Yield the files that a parameters file names as parts of itself.
    """
    try:
        data, _, _ = yaml_text.parse(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return
    sections: dict[str, Any] = data if isinstance(data, dict) else {}
    for section in ("connection", "inventory"):
        value = sections.get(section)
        if isinstance(value, dict) and isinstance(value.get("file"), str):
            yield (file.parent / value["file"]).resolve()


def _judged(file: Path, known: dict[str, Listed]) -> Listed:
    site = open_site(file)
    params = site.params
    if params.mode != "execute":
        raise ParamsError(
            f"mode is {params.mode}: its commands are run by hand, site by site"
        )
    if params.site in known:
        raise ParamsError(
            f"site {params.site} is described by {known[params.site].params.name}, too"
        )
    simulated = params.connection.simulated
    return Listed(params.site, file, site.evidence_root, simulated)
