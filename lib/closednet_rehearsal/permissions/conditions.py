"""
The Condition element: operators, sets of values, and keys that are not there.

Source: IAM User Guide, "Condition operators" and "Multivalued context keys".
"""

from __future__ import annotations

import ipaddress

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from closednet_rehearsal.permissions.patterns import expanded, is_arn_like, is_like


if TYPE_CHECKING:
    from closednet_rehearsal.permissions.patterns import Context

Test: TypeAlias = Callable[[str, str], bool]


def _date(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.timestamp()


def _is_in(network: str, address: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


def _folded(wanted: str, value: str) -> bool:
    return wanted.casefold() == value.casefold()


_TESTS: Final[dict[str, Test]] = {
    "ArnEquals": is_arn_like,
    "ArnLike": is_arn_like,
    "BinaryEquals": str.__eq__,
    "Bool": _folded,
    "DateEquals": lambda wanted, value: _date(value) == _date(wanted),
    "DateGreaterThan": lambda wanted, value: _date(value) > _date(wanted),
    "DateGreaterThanEquals": lambda wanted, value: _date(value) >= _date(wanted),
    "DateLessThan": lambda wanted, value: _date(value) < _date(wanted),
    "DateLessThanEquals": lambda wanted, value: _date(value) <= _date(wanted),
    "IpAddress": _is_in,
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": _folded,
    "StringLike": is_like,
}
_NEGATED: Final = {
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
}
_VARIABLES: Final = ("String", "Arn")


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One operator on one key; `values` are alternatives.
    """

    operator: str
    quantifier: str
    negated: bool
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        """
        Tell whether the request is as this condition wants it.
        """
        actual = context(self.key)
        if self.operator == "Null":
            absent = "true" if actual is None else "false"
            return absent in {value.lower() for value in self.values}
        if not actual:
            return self._without()
        results = [self._fits(value, context) for value in actual]
        if self.quantifier == "ForAllValues":
            return all(results)
        if self.quantifier == "ForAnyValue" or not self.negated:
            return any(results)
        return all(results)

    def _without(self) -> bool:
        if self.quantifier:
            return self.if_exists or self.quantifier == "ForAllValues"
        return self.if_exists or self.negated

    def _fits(self, value: str, context: Context) -> bool:
        test = _TESTS[self.operator]
        return self.negated != any(
            _tried(test, wanted, value) for wanted in self._wanted(context)
        )

    def _wanted(self, context: Context) -> list[str]:
        if not self.operator.startswith(_VARIABLES):
            return list(self.values)
        filled = (expanded(value, context) for value in self.values)
        return [value for value in filled if value is not None]


def _tried(test: Test, wanted: str, value: str) -> bool:
    # A value of the wrong type matches nothing; AWS does not refuse the request.
    try:
        return test(wanted, value)
    except ValueError:
        return False


def parsed(element: Any) -> tuple[Condition, ...]:
    """
    Return the conditions of a statement, all of which must hold.

    Raises:
        ValueError: IAM has no such operator.
    """
    return tuple(
        _condition(named, key, _texts(values))
        for named, tests in (element or {}).items()
        for key, values in tests.items()
    )


def _condition(named: str, key: str, values: tuple[str, ...]) -> Condition:
    quantifier, _, operator = named.rpartition(":")
    if_exists = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    plain = _NEGATED.get(operator, operator)
    if plain != "Null" and plain not in _TESTS:
        raise ValueError(f"{named} is no condition operator of IAM")
    if quantifier not in {"", "ForAllValues", "ForAnyValue"}:
        raise ValueError(f"{named} has no such quantifier")
    return Condition(
        plain, quantifier, plain != operator, if_exists, key.lower(), values
    )


def _texts(values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    return tuple(
        str(value).lower() if isinstance(value, bool) else str(value)
        for value in listed
    )
