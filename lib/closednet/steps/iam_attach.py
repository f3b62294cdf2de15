"""
Step 60: rights, log groups, session preferences and the agent's update schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from closednet.aws.associations import Associations
from closednet.aws.command_outputs import CommandOutputs
from closednet.aws.commands import Commands
from closednet.aws.documents import SessionDocuments
from closednet.aws.keys import Keys
from closednet.aws.log_groups import LogGroups
from closednet.aws.nodes import ManagedNodes
from closednet.aws.roles import RolePolicies, Roles
from closednet.aws.simulation import Simulator
from closednet.errors import PreconditionError
from closednet.model import iam_policies, naming, needs, sharing
from closednet.model.report import Check, Report
from closednet.model.specs.management import (
    OPERATIONS_POLICY,
    SESSION_DOCUMENT,
    Association,
    LogGroup,
    RolePolicy,
    SessionPreferences,
)
from closednet.steps.agent_updates import update_checks
from closednet.steps.ailments import Ailments
from closednet.steps.node_probe import NodeProbe
from closednet.steps.node_role import permission_checks
from closednet.steps.simulated import role_check


if TYPE_CHECKING:
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind
    from closednet.params import SiteParams
    from closednet.site import Site


SESSION_CONSENT = "session-preferences"


@dataclass(frozen=True, slots=True)
class IamAttachStep:
    """
    Nodes may do what the site wishes, and no more; commands and sessions are kept.
    """

    name: ClassVar[str] = "iam-attach"

    params: SiteParams
    roles: Roles
    policies: RolePolicies
    log_groups: LogGroups
    documents: SessionDocuments
    associations: Associations
    keys: Keys
    probe: NodeProbe
    simulator: Simulator

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        account, params, recorder = site.management, site.params, site.recorder
        return cls(
            params=params,
            roles=Roles(account),
            policies=RolePolicies(account),
            log_groups=LogGroups(
                account,
                recorder,
                delete_events=params.rollout.delete_logs_on_rollback,
            ),
            documents=SessionDocuments(account),
            associations=Associations(account, site.recorder),
            keys=Keys(account),
            probe=NodeProbe(
                params,
                ManagedNodes(account),
                Commands(account, params.output, site.waiting, recorder),
                CommandOutputs(account, params.output),
                site.waiting,
                Ailments.of(site).of_channels,
            ),
            simulator=Simulator(account),
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        Log groups first: the nodes may write into them, but not make them.
        """
        return (self.log_groups, self.policies, self.documents, self.associations)

    def desired(self) -> tuple[Spec, ...]:
        """
        What this step wants to exist.

        Raises:
            PreconditionError: Sessions are wished for, the consent lacks.
        """
        return (
            *self.log_group_specs(),
            self._policy(),
            *self._preferences(),
            self._association(),
        )

    def verify(self) -> Report:
        """
        Let every node run a command, and look where its output must have arrived.
        """
        policy, nodes = self._policy(), self.probe.nodes()
        every = {host.name: nodes.get(host.name) for host in self.params.hosts}
        groups = self._group_checks()
        checks = (
            *permission_checks(
                self.roles, policy.role, OPERATIONS_POLICY, policy.document
            ),
            role_check(self.simulator, policy.role, needs.of_operations(self.params)),
            *groups,
            *self._preference_checks(),
            # Where its log group is missing, a command would make another one.
            *self.probe.checks(may_send=all(check.passed for check in groups)),
            *update_checks(
                self.associations,
                self._association(),
                every,
                self.probe.waiting,
            ),
        )
        return Report(self.name, checks)

    def _policy(self) -> RolePolicy:
        return RolePolicy(
            self.params.activation.role_name,
            OPERATIONS_POLICY,
            iam_policies.operations(self.params),
        )

    def log_group_specs(self) -> tuple[LogGroup, ...]:
        output = self.params.output
        days = {output.command_log_group: output.retention_days}
        if self.params.wishes.session_manager:
            days[output.session_log_group] = output.retention_days
        for group, kept in self.params.cloudwatch.retention().items():
            days[group] = max(kept, days.get(group, 0))
        return tuple(LogGroup(name, days[name]) for name in sorted(days))

    def _preferences(self) -> tuple[SessionPreferences, ...]:
        if not self.params.wishes.session_manager:
            return ()
        if SESSION_CONSENT not in self.params.consents:
            raise PreconditionError(
                "Session Manager needs session preferences, which hold for every"
                " session of the account and Region",
                missing=(f"consents: [{SESSION_CONSENT}]",),
                hint=f"have it agreed, then add {SESSION_CONSENT} to `consents` in"
                " the parameters; or set wishes.session_manager to false",
            )
        session = self.params.session
        return (
            SessionPreferences(
                kms_key_arn=session.kms_key_arn,
                log_group=self.params.output.session_log_group,
                # AWS refuses every session if this is set and the group is not.
                log_group_encrypted=False,
                stream_logs=True,
                idle_timeout_minutes=str(session.idle_timeout_minutes),
            ),
        )

    def _association(self) -> Association:
        return Association(
            name=f"closednet-{self.params.site}-ssm-agent-update",
            document="AWS-UpdateSSMAgent",
            target_tag=naming.SITE_TAG,
            target_value=self.params.site,
            schedule=self.params.ssm_agent.update_schedule,
            parameters=(("allowDowngrade", ("false",)),),
            max_concurrency=str(self.params.rollout.max_concurrency),
            max_errors="10%",
            uses=sharing.uses(self.params),
        )

    def _group_checks(self) -> tuple[Check, ...]:
        groups = self.log_group_specs()
        found = self.log_groups.find(groups)
        return tuple(
            Check(
                f"log group {group.name} exists and keeps events as long as planned",
                group.key in found and found[group.key].spec == group,
                f"{found[group.key].spec.retention_days} days"
                if group.key in found
                else "no such log group",
                proves=("S13",),
                subject=group.name,
                remedy="run this step again",
            )
            for group in groups
        )

    def _preference_checks(self) -> tuple[Check, ...]:
        wanted = self._preferences()
        if not wanted:
            return ()
        found = self.documents.find(wanted).get(wanted[0].key)
        seen = found.spec if found else None
        state = self.keys.state(self.params.session.kms_key_arn)
        return (
            Check(
                "sessions are encrypted with the site's key and logged to its group",
                seen == wanted[0],
                _said(seen),
                proves=("S13",),
                subject=SESSION_DOCUMENT,
                remedy="run this step again",
            ),
            Check(
                "the key that encrypts sessions can be used",
                state.usable,
                f"{state.state or 'no such key'} {state.usage}".strip(),
                proves=("S13",),
                subject=state.arn,
                remedy="have the key's owner enable it, or name another one",
            ),
        )


def _said(found: SessionPreferences | None) -> str:
    if found is None:
        return "no session preferences"
    key, group = found.kms_key_arn or "unset", found.log_group or "unset"
    idle = found.idle_timeout_minutes or "unset"
    return f"kmsKeyId {key}, log group {group}, idle timeout {idle} minutes"
