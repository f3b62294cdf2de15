"""
Rules about the mode: what a person cannot be told to do by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.params.site import SiteParams


AT_AWS: Final = ("parameter-store", "secrets-manager")


def broken(params: SiteParams) -> Iterator[Problem]:
    """
    Yield what does not go with `mode: instruct`: secrets of other sorts or places.
    """
    if params.mode != "instruct":
        return
    if params.activation.secret_store not in AT_AWS:
        yield Problem(
            "activation.secret_store",
            "must be at AWS with mode instruct: the commands run on other machines",
        )
    if params.cloudwatch.credentials == "iam-user":
        yield Problem(
            "cloudwatch.credentials",
            "must be ssm-role with mode instruct: no access key passes through a person",
        )
