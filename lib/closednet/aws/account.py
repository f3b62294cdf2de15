"""
One AWS account of the site and its typed clients.

No client exists before the caller was confirmed to be in the right account.
"""

from __future__ import annotations

import threading

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from closednet.aws.calls import AwsCall, share, watch
from closednet.aws.identity import Identity, confirm
from closednet.aws.reads import SharedReads
from closednet.aws.sessions import Sessions
from closednet.aws.translate import translate


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53resolver import Route53ResolverClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_service_quotas import ServiceQuotasClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

    from closednet.params.site import Account as AccountParams
    from closednet.params.site import SiteParams
    from closednet.waiting import Waiting


C = TypeVar("C")
Role = Literal["network", "management", "dns"]
PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def _ignored(call: AwsCall) -> None:
    """
    Keep nothing of `call`.
    """


class Lazy(Generic[C]):
    """
    A client that is made when it is first used, in a confirmed account.
    """

    def __init__(self, service: str, *, confirmed: bool = True) -> None:
        self.service = service
        self._confirmed = confirmed

    def __get__(self, account: Account, owner: type[Account]) -> C:
        client: C = account.client(self.service, confirmed=self._confirmed)
        return client


class Account:
    """
    The network, the management or the DNS account of a site.
    """

    ec2: Lazy[EC2Client] = Lazy("ec2")
    route53: Lazy[Route53Client] = Lazy("route53")
    route53resolver: Lazy[Route53ResolverClient] = Lazy("route53resolver")
    ssm: Lazy[SSMClient] = Lazy("ssm")
    iam: Lazy[IAMClient] = Lazy("iam")
    logs: Lazy[CloudWatchLogsClient] = Lazy("logs")
    cloudwatch: Lazy[CloudWatchClient] = Lazy("cloudwatch")
    kms: Lazy[KMSClient] = Lazy("kms")
    s3: Lazy[S3Client] = Lazy("s3")
    secretsmanager: Lazy[SecretsManagerClient] = Lazy("secretsmanager")
    service_quotas: Lazy[ServiceQuotasClient] = Lazy("service-quotas")
    sts: Lazy[STSClient] = Lazy("sts", confirmed=False)

    def __init__(
        self,
        role: Role,
        params: SiteParams,
        waiting: Waiting,
        on_call: Callable[[AwsCall], None] = _ignored,
        reads: SharedReads | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        self.role: Role = role
        self.waiting = waiting
        self.region = params.region
        self.site = params.site
        self.generation = params.generation
        self._about: AccountParams = params.accounts.of(role)
        self._sessions = Sessions(
            self._about, params.connection, region=params.region, site=params.site
        )
        self._on_call = on_call
        self._read_only = read_only
        self._reads = reads or SharedReads()
        self._lock = threading.RLock()
        self._clients: dict[str, Any] = {}

    @classmethod
    def services(cls) -> tuple[str, ...]:
        """
        The services that are ever asked, as boto3 names them.
        """
        members = vars(cls).values()
        return tuple(each.service for each in members if isinstance(each, Lazy))

    @property
    def id(self) -> str:
        """
        The account number that the parameters name.
        """
        return self._about.id

    @property
    def partition(self) -> str:
        """
        The first part of every ARN of this Region, mostly `aws`.
        """
        for prefix, partition in PARTITIONS.items():
            if self.region.startswith(prefix):
                return partition
        return "aws"

    def seen_identity(self) -> Identity:
        """
        Return who the credentials belong to, right or wrong.
        """
        with self.call("sts:GetCallerIdentity", f"the {self.role} account"):
            answer = self.sts.get_caller_identity()
        return Identity(answer["Account"], answer["Arn"])

    def confirm_identity(self) -> Identity:
        """
        Return who we are in this account, asked once.

        Raises:
            WrongAccountError: The credentials belong to another account.
        """
        with self._lock:
            return self._identity

    @contextmanager
    def call(self, operation: str, subject: str = "") -> Iterator[None]:
        """
        Translate what botocore raises within into errors of ours.
        """
        try:
            yield
        except (BotoCoreError, ClientError) as err:
            raise translate(err, operation, subject, self.role) from err

    @cached_property
    def _identity(self) -> Identity:
        return confirm(self.seen_identity(), role=self.role, expected=self.id)

    def client(self, service: str, *, confirmed: bool = True) -> Any:
        """
        Return the one client of `service`; the first use confirms the account.
        """
        with self._lock:
            if service not in self._clients:
                if confirmed:
                    self.confirm_identity()
                self._clients[service] = self._made(service)
            return self._clients[service]

    def _made(self, service: str) -> Any:
        with self.call("sts:AssumeRole", f"the {self.role} account"):
            client = self._sessions.client(service)
        events = client.meta.events
        watch(events, self.id, self._on_call, read_only=self._read_only)
        share(events, self.id, self._reads)
        return client
