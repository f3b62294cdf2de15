"""
Plans, receipts and reports as JSON and back, without loss.
"""

from __future__ import annotations

import importlib
import json
import pkgutil

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, TypeVar, Union, cast, get_args, get_origin
from typing import get_type_hints as hints_of

from closednet import model
from closednet.errors import EvidenceError
from closednet.evidence.files import write_json
from closednet.model import canonical
from closednet.model.plan import Plan, RolloutPlan


if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from closednet.model.canonical import Json

T = TypeVar("T")
PLAN: Final = "closednet-plan/1"


def encode(value: object) -> Json:
    """
    Return a model value as JSON data.
    """
    return canonical.to_json(value)


def decode(data: object, expected: type[T]) -> T:
    """
    Return the model value that `data` stands for.

    Raises:
        EvidenceError: It is something else, or no value of the model at all.
    """
    value = _value(data, Any)
    if not isinstance(value, expected):
        raise EvidenceError(
            f"expected a {expected.__name__}, found a {type(value).__name__}",
            hint="the file is of another kind or was edited",
        )
    return value


def plan_file(plan: Plan | RolloutPlan) -> dict[str, Json]:
    """
    Return what a plan file holds: the plan and its digest.
    """
    return {"format": PLAN, "digest": plan.digest, "plan": encode(plan)}


def write_plan(path: Path, plan: Plan | RolloutPlan) -> str:
    """
    Write a plan file, as a change ticket can carry it; return its SHA-256.
    """
    return write_json(path, plan_file(plan))


def read_plan(path: Path) -> Plan | RolloutPlan:
    """
    Return the plan in a file, of one step or of a whole rollout.

    Raises:
        EvidenceError: It is no plan, or its digest is not that of its content.
    """
    data = read_json(path)
    plan = _value(data.get("plan"), Any)
    if not isinstance(plan, Plan | RolloutPlan):
        raise EvidenceError(
            f"{path.name} holds no plan", hint="name a file that `plan` wrote"
        )
    if plan.digest != data.get("digest"):
        raise EvidenceError(
            f"{path.name} says digest {data.get('digest')}, but its content has"
            f" {plan.digest}",
            hint="the file was edited after it was planned: plan again",
        )
    return plan


def read_json(path: Path) -> dict[str, Any]:
    """
    Return the JSON object in a file.

    Raises:
        EvidenceError: There is none.
    """
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError) as err:
        raise EvidenceError(
            f"{path} cannot be read: {err}", hint="restore it from your copy"
        ) from err
    if not isinstance(data, dict):
        raise EvidenceError(f"{path} holds no object", hint="restore it")
    return data


@lru_cache(maxsize=1)
def registry() -> dict[str, type[Any]]:
    """
    Return the dataclasses of the model by the name they have in JSON.

    Raises:
        EvidenceError: Two classes have the same name.
    """
    found: dict[str, type[Any]] = {}
    for info in pkgutil.walk_packages(model.__path__, f"{model.__name__}."):
        module = importlib.import_module(info.name)
        for cls in vars(module).values():
            if not _is_own(cls, module.__name__):
                continue
            if found.setdefault(cls.__name__, cls) is not cls:
                raise EvidenceError(
                    f"two classes of the model are called {cls.__name__}",
                    hint="rename one: the name is what stands in plan files",
                )
    return found


def _is_own(cls: Any, module: str) -> bool:
    return isinstance(cls, type) and cls.__module__ == module and is_dataclass(cls)


@lru_cache(maxsize=512)
def _hints(cls: Hashable) -> dict[str, Any]:
    # Names that a module imports for the type checker only are read as Any.
    scope = dict.fromkeys(("AnyChange", "Spec", "Change", "Json"), Any)
    return hints_of(cls, localns=registry() | scope)


def _value(data: object, hint: Any) -> Any:
    if isinstance(data, dict):
        return _object(data, hint)
    if isinstance(data, list):
        return _sequence(data, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    if data is None or isinstance(data, str | int | float):
        return data
    raise EvidenceError(f"{type(data).__name__} is no JSON", hint="restore the file")


def _object(data: dict[str, Any], hint: Any) -> Any:
    if "is" not in data:
        inner = (*get_args(hint), Any, Any)[1] if _is(hint, Mapping) else Any
        return {key: _value(item, inner) for key, item in data.items()}
    cls = registry().get(data["is"])
    if cls is None:
        raise EvidenceError(
            f"{data['is']} is not part of the model",
            hint="read the file with the version of closednet that wrote it",
        )
    wanted, needed = _fields(cast("Hashable", cls))
    given = data.keys() - {"is"}
    # An older archive lacks what came later; that has a default then.
    lacking = needed - given
    if lacking or given - wanted:
        differing = ", ".join(sorted(lacking | (given - wanted)))
        raise EvidenceError(
            f"{data['is']}: these fields do not fit: {differing}",
            hint="read the file with the version of closednet that wrote it",
        )
    hints = _hints(cast("Hashable", cls))
    return cls(**{name: _value(data[name], hints[name]) for name in given})


@cache
def _fields(cls: Any) -> tuple[frozenset[str], frozenset[str]]:
    """
    Return the names of a class's fields, and of those without a default.
    """
    needed = {
        field.name
        for field in fields(cls)
        if field.default is MISSING and field.default_factory is MISSING
    }
    return frozenset(field.name for field in fields(cls)), frozenset(needed)


def _sequence(data: list[Any], hint: Any) -> Any:
    chosen = next((h for h in _options(hint) if _is(h, (tuple, frozenset, list))), Any)
    args = [arg for arg in get_args(chosen) if arg is not Ellipsis]
    inner = args if len(args) == len(data) else (args or [Any])[:1] * len(data)
    items = [_value(item, of) for item, of in zip(data, inner, strict=True)]
    return frozenset(items) if _is(chosen, frozenset) else tuple(items)


def _options(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, UnionType):
        return tuple(arg for arg in get_args(hint) if arg is not NoneType)
    return (hint,)


def _is(hint: Any, kinds: type | tuple[type, ...]) -> bool:
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, kinds)
