"""
Step 40: the role of the managed nodes, the tier, and the hybrid activation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from closednet.aws.activation_codes import ActivationCodes
from closednet.aws.activations import Activations
from closednet.aws.nodes import ManagedNodes
from closednet.aws.roles import RolePolicies, Roles
from closednet.aws.secret_store import open_store
from closednet.aws.settings import ServiceSettings
from closednet.aws.simulation import Simulator
from closednet.errors import PreconditionError
from closednet.model import canonical, costs, iam_policies, needs
from closednet.model.report import Check, Report
from closednet.model.specs.management import (
    CORE_POLICY,
    TIER_SETTING,
    Activation,
    Role,
    RolePolicy,
    ServiceSetting,
)
from closednet.redact import found_in
from closednet.steps.activation_checks import activation_checks
from closednet.steps.node_role import permission_checks
from closednet.steps.simulated import role_check


if TYPE_CHECKING:
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind
    from closednet.params import SiteParams
    from closednet.site import Site


TIER_CONSENT = "advanced-instances-tier"


@dataclass(frozen=True, slots=True)
class ActivationStep:
    """
    Servers can register with AWS, once each, and the code lies in the store.
    """

    name: ClassVar[str] = "activation"

    params: SiteParams
    roles: Roles
    policies: RolePolicies
    settings: ServiceSettings
    activations: Activations
    simulator: Simulator

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        account, params = site.management, site.params
        store = open_store(account, params, site.params_file.parent)
        codes = ActivationCodes(account, store)
        nodes = ManagedNodes(account)
        return cls(
            params=params,
            roles=Roles(account),
            policies=RolePolicies(account),
            settings=ServiceSettings(account),
            activations=Activations(account, codes, nodes, params, site.recorder),
            simulator=Simulator(account),
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        Role before its policy, both before the activation that names them.
        """
        return (self.roles, self.policies, self.settings, self.activations)

    def desired(self) -> tuple[Spec, ...]:
        """
        What this step wants to exist.

        Raises:
            PreconditionError: The wishes need the advanced tier, the consent lacks.
        """
        role = self.params.activation.role_name
        return (
            self._role(),
            RolePolicy(role, CORE_POLICY, iam_policies.core(self.params)),
            *self._tier(),
            self._activation(),
        )

    def verify(self) -> Report:
        """
        Read back role, tier and activation, and have the code from the store.
        """
        role = self._role()
        found = self.roles.find([role]).get(role.key)
        trust = found.spec.trust if found else "no role"
        checks = (
            Check(
                "the node role trusts Systems Manager of this account and Region alone",
                trust == role.trust,
                trust,
                proves=("S9", "S12"),
                subject=role.name,
                remedy="run this step again, or mend the trust policy",
            ),
            *permission_checks(
                self.roles, role.name, CORE_POLICY, iam_policies.core(self.params)
            ),
            role_check(self.simulator, role.name, needs.of_agent(self.params)),
            *activation_checks(
                self.activations,
                self._activation(),
                store=self.params.activation.secret_store,
            ),
            self._tier_check(),
            self._secrecy_check(),
        )
        return Report(self.name, checks)

    def _role(self) -> Role:
        return Role(
            name=self.params.activation.role_name,
            trust=iam_policies.trust(
                self.params.region, self.params.accounts.management.id
            ),
            description="closednet: role of the managed nodes in closed networks",
        )

    def _activation(self) -> Activation:
        wanted = self.params.activation
        return Activation(
            role=wanted.role_name,
            limit=wanted.registration_limit,
            expires_in_hours=wanted.expires_in_hours,
            description=f"closednet {self.params.site} {self.params.generation}",
        )

    def _tier(self) -> tuple[ServiceSetting, ...]:
        reasons = costs.reasons_for_advanced_tier(self.params)
        if not reasons:
            return ()
        if TIER_CONSENT not in self.params.consents:
            raise PreconditionError(
                f"{' and '.join(reasons)} need the advanced-instances tier, which"
                " charges for every hybrid node of the account and Region",
                missing=(f"consents: [{TIER_CONSENT}]",),
                hint=f"have it agreed, then add {TIER_CONSENT} to `consents` in the"
                " parameters; or wish for less in `wishes`",
            )
        return (ServiceSetting(TIER_SETTING, "advanced"),)

    def _tier_check(self) -> Check:
        wished = ServiceSetting(TIER_SETTING, "advanced")
        reasons = costs.reasons_for_advanced_tier(self.params)
        found = self.settings.find([wished]).get(wished.key)
        value = found.spec.value if found else "unset"
        return Check(
            "the instances tier allows what the site wishes",
            not reasons or value == "advanced",
            f"tier {value}; needed for: {', '.join(reasons) or 'nothing'}",
            proves=("S3",),
            subject=TIER_SETTING,
            remedy="run this step again; AWS may take minutes to change the tier",
            causes=("tier-standard",) if reasons and value == "standard" else (),
        )

    def _secrecy_check(self) -> Check:
        leaked = found_in(canonical.text(self.desired()))
        return Check(
            "no secret stands in what is planned and kept",
            not leaked,
            ", ".join(leaked) or "none found, in plain text or encoded",
            proves=("S9",),
        )
