"""
How large an agent's configuration may be where it lies in Parameter Store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from closednet.errors import ParamsError, Problem


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.params.monitoring import CloudWatch


class Tier(NamedTuple):
    """
    A tier of Parameter Store as AWS calls it, and how many bytes it holds.
    """

    name: str
    bytes: int


TIERS: Final = {"standard": Tier("Standard", 4096), "advanced": Tier("Advanced", 8192)}


def raise_for_size(about: CloudWatch, texts: Mapping[str, str]) -> None:
    """
    Refuse texts, by name of the parameter, that are too large for their tier.

    Raises:
        ParamsError: All that are too large, each with what would help.
    """
    largest = TIERS["advanced"].bytes
    room = TIERS[about.config_tier].bytes
    problems = []
    for name, text in texts.items():
        size = len(text.encode())
        if size > largest:
            problems.append(
                Problem(
                    "cloudwatch.config_store",
                    f"is parameter-store, which holds {largest} bytes at most; {name}"
                    f" would have {size}: choose file, or collect less",
                )
            )
        elif size > room:
            problems.append(
                Problem(
                    "cloudwatch.config_tier",
                    f"is {about.config_tier}, which holds {room} bytes; {name} would"
                    f" have {size}: choose advanced, which is charged, or file",
                )
            )
    if problems:
        raise ParamsError("Parameter Store would refuse this", problems=problems)
