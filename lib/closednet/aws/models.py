"""
The models of AWS's services: read once in a process, for all of its sessions.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import DataNotFoundError
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import create_loader
from botocore.session import Session

from closednet.errors import AwsError


if TYPE_CHECKING:
    from collections.abc import Iterable

OF_A_SERVICE: Final = ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2")
OF_ALL: Final = ("endpoints", "partitions", "sdk-default-configuration", "_retry")


def new_session(profile: str | None = None) -> Any:
    """
    Return a botocore session that shares its models with all others made here.
    """
    handlers = copy(_handlers())
    session: Any = Session(event_hooks=handlers, include_builtin_handlers=False)
    if profile is not None:
        session.set_config_variable("profile", profile)
    loader = _loader(session.get_config_variable("data_path"))
    session.register_component("data_loader", loader)
    _never_ask(session, profile or "default")
    return session


def _never_ask(session: Any, profile: str) -> None:
    """
    Let a profile that wants an MFA code fail: in a batch nobody can type one.
    """

    def refuse(_: str) -> str:
        raise AwsError(
            f"profile {profile} asks for an MFA code, and nobody is asked here",
            operation="sts:AssumeRole",
            hint="get a session first, such as with `aws sts get-session-token"
            " --serial-number ARN --token-code CODE`, put it under a profile of its"
            " own, and name that in accounts.*.profile; `aws sso login` does as well",
        )

    chain = session.get_component("credential_provider")
    # botocore lets no caller choose who asks for the code.
    chain.get_provider("assume-role")._prompter = refuse  # noqa: SLF001


def read_models(services: Iterable[str]) -> None:
    """
    Read the models of `services` from where botocore's own are, and its handlers.
    """
    _handlers()
    loader = _loader(None)
    for name in OF_ALL:
        loader.load_data(name)
    for service in services:
        for kind in OF_A_SERVICE:
            try:
                loader.load_service_model(service, kind, api_version=None)
            except DataNotFoundError:
                # Not every service has pages or states to wait for.
                continue


@cache
def _handlers() -> Any:
    """
    Return botocore's own handlers, which a session is given a copy of.
    """
    # Registering them takes longer than all else of a session.
    emitter: Any = HierarchicalEmitter()
    Session(event_hooks=emitter)
    return emitter


@cache
def _loader(data_path: str | None) -> Any:
    return create_loader(data_path)
