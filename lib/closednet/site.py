"""
One site with everything that reaches it: accounts, DNS, servers, the recorder.
"""

from __future__ import annotations

import os

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.account import Account
from closednet.aws.reads import SharedReads
from closednet.hosts.connector import Fleet
from closednet.lookup.resolver import Lookup
from closednet.model import canonical
from closednet.model.plan import Scope
from closednet.params.load import find, load
from closednet.recorder import NullRecorder
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from closednet.aws.account import Role
    from closednet.aws.calls import AwsCall
    from closednet.params.site import SiteParams
    from closednet.recorder import Recorder

EVIDENCE_VARIABLE: Final = "CLOSEDNET_EVIDENCE"
NOT_OF_THE_SITE: Final = {
    *("connection", "evidence", "evidence_dir", "prices"),
    "inventory",  # the servers that it lists stand among the hosts
}
# Left out while they are at their defaults, so that older digests stay what they were.
LATER: Final = (
    *("approvals", "mode", "hosts.groups"),
    *("rollout.waves", "rollout.set_aside"),
    *("ssm_agent.package_mirror", "ssm_agent.package_folder"),
    *("ssm_agent.registration", "output.bucket_account"),
    *("cloudwatch.key_rotation", "cloudwatch.config_tier"),
    *("cloudwatch.windows", "cloudwatch.groups"),
    *("accounts.dns", "name_resolution.zone_vpc_id"),
)


@dataclass(frozen=True)
class Site:
    """
    The parameters of a site and the adapters that act on it.
    """

    params: SiteParams
    params_file: Path
    recorder: Recorder
    run_id: str
    read_only: bool = False

    @cached_property
    def reads(self) -> SharedReads:
        """
        What was read within one verb.
        """
        return SharedReads()

    @cached_property
    def waiting(self) -> Waiting:
        """
        How patiently AWS is waited for; who waits, looks anew.
        """
        connection = self.params.connection
        return Waiting(connection.poll_s, connection.timeout_s, fresh=self.reads.forget)

    @cached_property
    def network(self) -> Account:
        """
        The account that owns VPC, endpoints, resolver and zone.
        """
        return self._account("network")

    @cached_property
    def management(self) -> Account:
        """
        The account that manages the servers; the same one where both are one.
        """
        accounts = self.params.accounts
        if accounts.network == accounts.management:
            return self.network
        return self._account("management")

    @cached_property
    def dns(self) -> Account:
        """
        The account that owns the private hosted zone; mostly that of the network.
        """
        return (
            self.network if self.params.accounts.dns is None else self._account("dns")
        )

    @property
    def accounts(self) -> tuple[Account, ...]:
        """
        Every account of the site once.
        """
        return tuple(dict.fromkeys((self.network, self.management, self.dns)))

    @cached_property
    def lookup(self) -> Lookup:
        """
        DNS questions to the servers of the site and of AWS.
        """
        return Lookup(self.params.connection, self.recorder)

    @cached_property
    def fleet(self) -> Fleet:
        """
        The servers of the site.
        """
        return Fleet(
            self.params.hosts,
            self.params.connection,
            self.recorder,
            max_concurrency=self.params.rollout.max_concurrency,
        )

    @cached_property
    def scope(self) -> Scope:
        """
        Where a plan for this site holds.
        """
        params = self.params
        return Scope(
            site=params.site,
            region=params.region,
            network_account=params.accounts.network.id,
            management_account=params.accounts.management.id,
            params_digest=params_digest(params),
        )

    @cached_property
    def evidence_root(self) -> Path:
        """
        The folder that holds the evidence of all sites.
        """
        named = os.environ.get(EVIDENCE_VARIABLE)
        folder = self.params_file.parent / self.params.evidence_dir
        return Path(named) if named else Path(os.path.normpath(folder))

    def _account(self, role: Role) -> Account:
        return Account(
            role,
            self.params,
            self.waiting,
            self._keep_call,
            self.reads,
            read_only=self.read_only,
        )

    def _keep_call(self, call: AwsCall) -> None:
        self.recorder.record("aws-call", **_data(call))

    def confirm_accounts(self) -> None:
        """
        Make sure that every caller is who the parameters say.

        Raises:
            WrongAccountError: Another account answered.
        """
        for account in self.accounts:
            account.confirm_identity()


def _data(value: object) -> dict[str, canonical.Json]:
    data = canonical.to_json(value)
    if not isinstance(data, dict):
        raise TypeError(f"{type(value).__name__} is no event")
    return data


def params_digest(params: SiteParams) -> str:
    """
    Return the digest of what the parameters say about the site itself.
    """
    exclude: dict[str, Any] = dict.fromkeys(NOT_OF_THE_SITE, True)
    data = params.model_dump(mode="json", exclude=exclude)
    for path in LATER:
        _leave_out_default(data, params, path.split("."))
    return canonical.digest(data)


def _leave_out_default(data: Any, model: Any, path: list[str]) -> None:
    if isinstance(data, list):
        for item, each in zip(data, model, strict=True):
            _leave_out_default(item, each, path)
    elif len(path) > 1:
        _leave_out_default(data[path[0]], getattr(model, path[0]), path[1:])
    elif getattr(model, path[0]) == type(model).model_fields[path[0]].default:
        del data[path[0]]


def open_site(
    params_file: str | Path, *, recorder: Recorder | None = None, run_id: str = ""
) -> Site:
    """
    Read the parameters and return the site; nothing is called yet.

    Raises:
        ParamsError: Something in the parameters is wrong.
    """
    file = find(params_file)
    return Site(load(file), file, recorder or NullRecorder(), run_id)
