"""
Reading a parameters file: typed and judged as a whole, before anything happens.
"""

from __future__ import annotations

import difflib
import os

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from closednet.errors import ParamsError, Problem
from closednet.params import fleet, inventory, yaml_text
from closednet.params.profiles import with_defaults
from closednet.params.rules import broken_rules
from closednet.params.site import SiteParams


if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from closednet.params.listed import Reading

CONNECTION_VARIABLE: Final = "CLOSEDNET_CONNECTION"


def find(path: str | Path) -> Path:
    """
    Return the file that `path` names, here or in a folder above.

    A notebook runs in its own folder, papermill in the caller's.

    Raises:
        ParamsError: There is no such file.
    """
    wanted = Path(path).expanduser()
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / wanted).is_file():
            return (folder / wanted).resolve()
    raise ParamsError(
        f"there is no parameters file {path}",
        hint="give its path, such as params/rehearsal.yaml",
    )


def load(path: str | Path) -> SiteParams:
    """
    Return the parameters in `path`.

    Raises:
        ParamsError: Something is wrong; all problems are named at once.
    """
    file = find(path)
    problems, params = _read(file)
    if problems or params is None:
        raise ParamsError(
            f"{file.name} has {len(problems)} problem(s):",
            problems=problems,
            hint="mend them in the file; nothing was called or changed."
            " docs/parameters.md explains every key",
        )
    return params


def _read(file: Path) -> tuple[list[Problem], SiteParams | None]:
    data, lines, problems = yaml_text.parse(_text(file))
    if not isinstance(data, dict):
        return problems or [Problem("", "must be a mapping of sections")], None
    problems += _connect(data, file)
    listed = _listed(data, file.parent)
    problems += listed.problems
    try:
        params = SiteParams.model_validate_json(_json(with_defaults(data)))
    except ValidationError as err:
        found = [_problem(item, lines) for item in err.errors()]
        return problems + fleet.placed(found, data, listed), None
    found = _with_lines(broken_rules(params), lines)
    problems += fleet.placed(found, data, listed)
    return problems, fleet.without_set_aside(params)


def _listed(data: dict[str, Any], folder: Path) -> Reading:
    """
    Add the servers of the inventory file to those of the parameters.
    """
    listed = inventory.read(data.get("inventory"), folder)
    written = data.get("hosts", [])
    if listed.hosts and isinstance(written, list):
        data["hosts"] = [*written, *(one.members for one in listed.hosts)]
    return listed


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise ParamsError(
            f"{file.name} is not UTF-8 text (byte {err.start})",
            hint="save it as UTF-8",
        ) from err


def _json(data: object) -> str:
    """
    JSON keeps strict types but lets lists become tuples.
    """
    import json  # noqa: PLC0415 - used here only

    return json.dumps(data)


def _connect(data: dict[str, Any], file: Path) -> list[Problem]:
    """
    Put the connection of this machine in the place of a reference to it.
    """
    named = os.environ.get(CONNECTION_VARIABLE)
    section = data.get("connection")
    reference = section.get("file") if isinstance(section, dict) else None
    if named:
        source = Path(named)
    elif isinstance(reference, str):
        source = file.parent / reference
    else:
        return []
    if not source.is_file():
        return [
            Problem(
                "connection.file",
                f"{named or reference} does not exist; start the rehearsal, or name"
                f" another file in the environment variable {CONNECTION_VARIABLE}",
            )
        ]
    read, _, problems = yaml_text.parse(source.read_text(encoding="utf-8"))
    data["connection"] = read if isinstance(read, dict) else {}
    return [Problem(f"connection: {p.path}", p.message, p.line) for p in problems]


def _problem(error: ErrorDetails, lines: yaml_text.Lines) -> Problem:
    path = tuple(error["loc"])
    message = error["msg"][0].lower() + error["msg"][1:]
    match error["type"]:
        case "extra_forbidden":
            message = f"is not a known key{_did_you_mean(path)}"
        case "missing":
            message = "is missing"
        case "string_type":
            message = f"must be text; write {str(error['input'])!r} in quotes"
        case "string_pattern_mismatch":
            message = f"is {error['input']!r}, which does not look like {_like(path)}"
        case "literal_error":
            message = f"is {error['input']!r}; must be {error['ctx']['expected']}"
        case _:
            message = f"{message} (it is {error['input']!r})"
    return Problem(yaml_text.dotted(path), message, _line(path, lines))


def _line(path: yaml_text.Path, lines: yaml_text.Lines) -> int | None:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _with_lines(problems: list[Problem], lines: yaml_text.Lines) -> list[Problem]:
    by_name = {yaml_text.dotted(path): line for path, line in lines.items()}
    return [Problem(p.path, p.message, by_name.get(p.path)) for p in problems]


def _section(path: yaml_text.Path) -> type[BaseModel] | None:
    """
    Return the model that holds the last part of `path`.
    """
    model: Any = SiteParams
    for part in path[:-1]:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        if field is None:
            return None
        models = list(_models(field.annotation))
        if not models:
            return None
        model = models[0]
    return model  # type: ignore[no-any-return]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = getattr(annotation, "__args__", ())
    return [model for part in inner for model in _models(part)]


def _did_you_mean(path: yaml_text.Path) -> str:
    section = _section(path)
    names = list(section.model_fields) if section else []
    close = difflib.get_close_matches(str(path[-1]), names, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(names)}" if names else ""


def _like(path: yaml_text.Path) -> str:
    section = _section(path)
    name = next((str(p) for p in reversed(path) if isinstance(p, str)), "")
    field = section.model_fields.get(name) if section else None
    examples = _examples(field) if field else []
    return f"{examples[0]!r}" if examples else f"a valid {name.replace('_', ' ')}"


def _examples(field: Any) -> list[Any]:
    if field.examples:
        return list(field.examples)
    return [
        example
        for meta in getattr(field.annotation, "__metadata__", ())
        for example in getattr(meta, "examples", None) or []
    ]
