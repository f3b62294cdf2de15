"""
IAM's decision: an explicit deny wins, every ceiling must allow, somebody must grant.

Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation
logic".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.permissions.patterns import no_context
from closednet_rehearsal.permissions.principals import Named


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet_rehearsal.permissions.documents import Policy, Statement
    from closednet_rehearsal.permissions.patterns import Context
    from closednet_rehearsal.permissions.principals import Caller

IDENTITY: Final = "identity-based policy"
RESOURCE: Final = "resource-based policy"
ENDPOINT: Final = "VPC endpoint policy"
SESSION: Final = "session policy"
BOUNDARY: Final = "permissions boundary"
ORGANISATION: Final = "service control policy"
_OF_CALLER: Final = frozenset({SESSION, BOUNDARY})


@dataclass(frozen=True, slots=True)
class Access:
    """
    One action on one resource; `owner` is the account that the resource belongs to.
    """

    action: str
    resource: str
    owner: str
    context: Context = no_context


@dataclass(frozen=True, slots=True)
class Ceiling:
    """
    Policies that grant nothing, and beyond which nothing is granted.
    """

    kind: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """
    Every policy that has a say in an access.

    `sovereign` resources, which are keys and roles, must allow by themselves; for
    others it is enough, within one account, that either side allows.
    """

    identity: tuple[Policy, ...] = ()
    resource: tuple[Policy, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    sovereign: bool = False
    role_arn: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Yes or no; `because` is the kind of policy that denied, or that lacked.

    `grants` has a group for every kind of policy that had to allow: whoever takes
    away the only statement of a group turns the decision around.
    """

    allowed: bool
    because: str = ""
    explicit: bool = False
    grants: tuple[tuple[Statement, ...], ...] = ()


def decide(caller: Caller, access: Access, rules: Rules) -> Decision:
    """
    Say whether `caller` may have `access` under `rules`.
    """
    own = _Seen.of(caller, access, rules, rules.identity)
    others = _Seen.of(caller, access, rules, rules.resource, by_name=True)
    ceilings = [
        (ceiling.kind, _Seen.of(caller, access, rules, ceiling.policies))
        for ceiling in rules.ceilings
    ]
    sides = [(IDENTITY, own), (RESOURCE, others), *ceilings]
    for kind, seen in sides:
        if seen.denied:
            return Decision(allowed=False, because=kind, explicit=True)
    is_own = access.owner in {"", caller.account}
    if is_own and not rules.sovereign and others.by_name_of(caller):
        # A resource that names this very session or user asks for nothing more.
        ceilings = [each for each in ceilings if each[0] not in _OF_CALLER]
    for kind, seen in ceilings:
        if not seen.allowed:
            return Decision(allowed=False, because=kind)
    needed = _needed(caller, access, own, others, sovereign=rules.sovereign)
    for kind, statements in needed:
        if not statements:
            return Decision(allowed=False, because=kind)
    groups = [statements for _, statements in needed]
    groups += [seen.allowed for _, seen in ceilings]
    return Decision(allowed=True, grants=tuple(groups))


def _needed(
    caller: Caller, access: Access, own: _Seen, others: _Seen, *, sovereign: bool
) -> list[tuple[str, tuple[Statement, ...]]]:
    """
    Return what must allow, each with its statements that do.
    """
    if not caller.keyed:
        return [(RESOURCE, others.allowed)]
    if access.owner not in {"", caller.account}:
        return [(IDENTITY, own.allowed), (RESOURCE, others.allowed + others.delegated)]
    if sovereign and not others.allowed:
        return [(IDENTITY, own.allowed), (RESOURCE, others.delegated)]
    if sovereign:
        return [(RESOURCE, others.allowed)]
    return [(IDENTITY, own.allowed + others.allowed)]


@dataclass(frozen=True, slots=True)
class _Seen:
    """
    What some policies say: allowed, allowed to the caller's account, or denied.
    """

    allowed: tuple[Statement, ...]
    delegated: tuple[Statement, ...]
    denied: tuple[Statement, ...]

    def by_name_of(self, caller: Caller) -> bool:
        """
        Tell whether a statement allows this very session or user, not its role.
        """
        return any(
            each.names is not None and caller.principal in each.names.aws
            for each in self.allowed
        )

    @classmethod
    def of(
        cls,
        caller: Caller,
        access: Access,
        rules: Rules,
        policies: Iterable[Policy],
        *,
        by_name: bool = False,
    ) -> _Seen:
        """
        Ask every statement; those of resources have to name the caller.
        """
        found: dict[str, list[Statement]] = {"allow": [], "account": [], "deny": []}
        for policy in policies:
            for statement in policy.statements:
                named = _named(statement, caller, rules.role_arn, by_name=by_name)
                if named is Named.NOT or not statement.speaks_of(
                    access.action, access.resource, access.context
                ):
                    continue
                if not statement.allows:
                    found["deny"].append(statement)
                else:
                    direct = named is Named.DIRECTLY
                    found["allow" if direct else "account"].append(statement)
        return cls(*map(tuple, found.values()))


def _named(
    statement: Statement, caller: Caller, role_arn: str, *, by_name: bool
) -> Named:
    if statement.names is not None:
        named = statement.names.means(caller, role_arn)
        if named is Named.ACCOUNT and not by_name:
            # An endpoint's policy that names an account means everybody in it.
            return Named.DIRECTLY
        return named
    if statement.not_names is not None:
        excepted = statement.not_names.means(caller, role_arn) is not Named.NOT
        return Named.NOT if excepted else Named.DIRECTLY
    return Named.NOT if by_name else Named.DIRECTLY
