"""
The schema of the parameters, for editors and for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from closednet.params.site import SiteParams


if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

HEAD: Final = """\
# Parameters

One YAML file describes a site. `closednet check PARAMS` judges it and names every
problem at once. This page is generated: `closednet schema --markdown`.
"""


def json_schema() -> dict[str, Any]:
    """
    Return the JSON schema of a parameters file.
    """
    return SiteParams.model_json_schema()


def markdown() -> str:
    """
    Return the documentation of every parameter.
    """
    return HEAD + "".join(_section("", SiteParams))


def _section(path: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"\n## {path or 'The site'}\n\n{_first_line(model)}\n\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|\n"
    inner: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        yield f"| `{name}` | {_type(field)} | {_default(field)} | {_meaning(field)} |\n"
        nested = _models(field.annotation)
        suffix = "[]" if "tuple" in str(field.annotation) else ""
        inner += [(f"{path}.{name}{suffix}".lstrip("."), found) for found in nested]
    for name, found in inner:
        yield from _section(name, found)


def _first_line(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = getattr(annotation, "__args__", ())
    return [model for part in inner for model in _models(part)]


def _type(field: FieldInfo) -> str:
    text = str(field.annotation)
    if "Literal" in text:
        options = ", ".join(f"`{item}`" for item in _literals(field.annotation))
        return f"{'list of ' if 'tuple' in text else ''}{options}"
    if _models(field.annotation):
        return "list of sections" if "tuple" in text else "section"
    for word, said in (("tuple", "list"), ("dict", "mapping"), ("bool", "true/false")):
        if word in text:
            return said
    return "text" if "str" in text else "number"


def _literals(annotation: Any) -> list[str]:
    parts = getattr(annotation, "__args__", ())
    found = [part for part in parts if isinstance(part, str)]
    return found + [name for part in parts for name in _literals(part)]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if isinstance(value, BaseModel) or (
        isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value)
    ):
        return "as below"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return (
        "none"
        if value is None
        else f"`{str(value).lower() if value in (True, False) else value}`"
    )


def _meaning(field: FieldInfo) -> str:
    limits = [
        f"{word} {value}"
        for meta in field.metadata
        for word, name in (("at least", "ge"), ("at most", "le"), ("more than", "gt"))
        if (value := getattr(meta, name, None)) is not None
    ]
    inner = [_first_line(model) for model in _models(field.annotation)]
    text = field.description or "".join(inner[:1])
    limited = f"{', '.join(limits).capitalize()}." if limits else ""
    return f"{text} {limited}".strip().replace("|", "\\|")
