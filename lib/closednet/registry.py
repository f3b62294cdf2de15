"""
The steps in their order: the number is the notebook's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from closednet.errors import PreconditionError
from closednet.model.operator_policies import operator_policy
from closednet.steps.activation import ActivationStep
from closednet.steps.cloudwatch_agent import CloudWatchAgentStep
from closednet.steps.cloudwatch_verification import CloudWatchVerificationStep
from closednet.steps.endpoints import EndpointsStep
from closednet.steps.hosted_zone import HostedZoneStep
from closednet.steps.iam_attach import IamAttachStep
from closednet.steps.inbound_endpoint import InboundEndpointStep
from closednet.steps.preflight import PreflightStep
from closednet.steps.ssm_agent import SsmAgentStep


if TYPE_CHECKING:
    from closednet.model.step import Step
    from closednet.site import Site


class StepClass(Protocol):
    """
    A step that can be built for a site.
    """

    name: str

    def of(self, site: Site) -> Step:
        """
        Return the step for `site`.
        """


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A step, its notebook, and how long it takes at a real site.
    """

    name: str
    notebook: str
    step: StepClass
    minutes: int


STEPS: Final = (
    Entry("preflight", "00-preflight", PreflightStep, 5),
    Entry("endpoints", "10-interface-endpoints", EndpointsStep, 10),
    Entry("inbound-endpoint", "20-inbound-endpoint", InboundEndpointStep, 10),
    Entry("hosted-zone", "30-hosted-zone", HostedZoneStep, 5),
    Entry("activation", "40-activation", ActivationStep, 10),
    Entry("ssm-agent", "50-ssm-agent", SsmAgentStep, 15),
    Entry("iam-attach", "60-iam-attach", IamAttachStep, 10),
    Entry("cloudwatch-agent", "70-cloudwatch-agent", CloudWatchAgentStep, 15),
    Entry(
        "cloudwatch-verification",
        "80-cloudwatch-verification",
        CloudWatchVerificationStep,
        10,
    ),
)
NAMES: Final = tuple(entry.name for entry in STEPS)


def entry(name: str) -> Entry:
    """
    Return the entry of a step by its name, number or notebook.

    Raises:
        PreconditionError: There is no such step.
    """
    for item in STEPS:
        if name in (item.name, item.notebook, item.notebook[:2]):
            return item
    raise PreconditionError(
        f"there is no step {name!r}", hint=f"one of: {', '.join(NAMES)}"
    )


def build(name: str, site: Site) -> Step:
    """
    Return the step `name` for `site`.
    """
    return entry(name).step.of(site)


def operator_policies(site: Site) -> dict[str, Any]:
    """
    Return the least-privilege policy of the operator in each account.
    """
    kinds = [kind for name in NAMES for kind in build(name, site).kinds()]
    actions = [kind.actions for kind in kinds]
    dns = () if site.params.accounts.dns is None else ("dns",)
    return {
        account: operator_policy(site.params, account, actions)
        for account in ("network", "management", *dns)
    }
