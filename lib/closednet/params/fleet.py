"""
Rules about a site's servers as a fleet: listed somewhere, set aside, in waves.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Any, Final, TypeVar

from closednet.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from closednet.params.listed import Reading
    from closednet.params.site import SiteParams

HOST_PATH: Final = re.compile(r"^hosts\[([0-9]+)\]\.?(.*)$")
MOST_REGISTRATIONS: Final = 1000
# A server whose answer got lost registers twice: every tenth may.
SPARE: Final = 10

T = TypeVar("T")


def broken(params: SiteParams) -> Iterator[Problem]:
    """
    Yield what is wrong with the list of servers and with the waves.
    """
    if not params.hosts:
        yield Problem(
            "hosts", "is empty; list servers here, or name a file in inventory.file"
        )
    names = {host.name.lower() for host in params.hosts}
    aside = params.rollout.set_aside
    for i, name in enumerate(aside):
        if name.lower() not in names:
            yield Problem(
                f"rollout.set_aside[{i}]", f"{name} is no server of this site"
            )
    if names and names <= {name.lower() for name in aside}:
        yield Problem("rollout.set_aside", "sets every server aside: nothing is left")
    yield from _limit(params)
    yield from _packages(params)


def _packages(params: SiteParams) -> Iterator[Problem]:
    agent = params.ssm_agent
    elsewhere = agent.package_mirror or agent.package_folder
    if agent.registration == "setup-cli" and elsewhere:
        yield Problem(
            "ssm_agent.registration",
            "is setup-cli, which downloads from AWS's bucket and compares itself with"
            " its newest version there: packages may not come from elsewhere",
        )
    if params.ssm_agent.package_mirror and params.ssm_agent.package_folder:
        yield Problem(
            "ssm_agent.package_folder", "is given besides package_mirror; keep one"
        )


def _limit(params: SiteParams) -> Iterator[Problem]:
    limit, sizes = params.activation.registration_limit, params.rollout.waves
    first = len(next(iter(waves(params.hosts, sizes)), ()))
    if limit >= first:
        return
    text = f"is {limit}, but {first} servers must register"
    if sizes:
        text += " in the first wave"
    elif first > MOST_REGISTRATIONS:
        text += ", more than one activation allows: let them come in rollout.waves"
    yield Problem("activation.registration_limit", text)


def waves(hosts: Sequence[T], sizes: Sequence[int]) -> list[Sequence[T]]:
    """
    Return the servers wave by wave; the last size holds for all that follow.
    """
    if not sizes:
        return [hosts] if hosts else []
    found: list[Sequence[T]] = []
    at = 0
    while at < len(hosts):
        size = sizes[min(len(found), len(sizes) - 1)]
        found.append(hosts[at : at + size])
        at += size
    return found


def limit_of(wave: int) -> int:
    """
    Return how many registrations the activation of a wave of this size allows.
    """
    return min(MOST_REGISTRATIONS, wave + max(1, wave // SPARE))


def without_set_aside(params: SiteParams) -> SiteParams:
    """
    Return the parameters without the servers that are left out for now.
    """
    aside = {name.lower() for name in params.rollout.set_aside}
    if not aside:
        return params
    left = tuple(host for host in params.hosts if host.name.lower() not in aside)
    return params.model_copy(update={"hosts": left})


def placed(
    problems: list[Problem], data: dict[str, Any], listed: Reading
) -> list[Problem]:
    """
    Name file and line where a problem is about a server of the inventory file.
    """
    hosts = data.get("hosts")
    first = len(hosts) - len(listed.hosts) if isinstance(hosts, list) else 0
    return [_placed(problem, first, listed) for problem in problems]


def _placed(problem: Problem, first: int, listed: Reading) -> Problem:
    found = HOST_PATH.match(problem.path)
    if not found or not first <= int(found[1]) < first + len(listed.hosts):
        return problem
    where, line = listed.place(int(found[1]) - first, found[2].split("."))
    return Problem(where, problem.message, line)
