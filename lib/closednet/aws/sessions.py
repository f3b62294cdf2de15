"""
Sessions of the operator, and of the role that is assumed in an account.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import boto3

from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    DeferredRefreshableCredentials,
)

from closednet.aws import learning
from closednet.aws.models import new_session


if TYPE_CHECKING:
    from closednet.params.connection import Connection
    from closednet.params.site import Account

CONFIG: Final = Config(
    retries={"mode": "standard", "max_attempts": 8},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=20,
    tcp_keepalive=True,
    s3={"addressing_style": "path"},
    user_agent_extra="closednet",
)


class Sessions:
    """
    Makes clients with the right credentials, refreshed in time.
    """

    def __init__(
        self, about: Account, connection: Connection, *, region: str, site: str
    ) -> None:
        self._about = about
        self._connection = connection
        self._region = region
        self._site = site

    def client(self, service: str) -> Any:
        """
        Return a new client of `service`.
        """
        session: Any = self._session
        return session.client(service, **self._reach())

    def _reach(self) -> dict[str, Any]:
        return {
            "region_name": self._region,
            "endpoint_url": self._connection.endpoint_url,
            "verify": self._connection.ca_bundle,
            "config": CONFIG,
        }

    @cached_property
    def _session(self) -> boto3.Session:
        session = self._operator()
        if self._about.role_arn is None:
            return session
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=partial(self._source_client, session),
            source_credentials=session.get_credentials(),
            role_arn=self._about.role_arn,
            extra_args={"RoleSessionName": f"closednet-{self._site}"},
        )
        core = new_session()
        core._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - no setter
            refresh_using=fetcher.fetch_credentials, method="assume-role"
        )
        return boto3.Session(botocore_session=core, region_name=self._region)

    def _source_client(self, session: Any, service: str, **keys: Any) -> Any:
        client = session.client(service, **(self._reach() | keys))
        learning.watch(client.meta.events)
        return client

    def _operator(self) -> boto3.Session:
        keys = self._connection.static_credentials
        if keys is None:
            profile = self._about.profile
            return boto3.Session(
                botocore_session=new_session(profile), region_name=self._region
            )
        return boto3.Session(
            botocore_session=new_session(),
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            region_name=self._region,
        )
