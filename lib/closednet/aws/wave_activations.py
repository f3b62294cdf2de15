"""
Hybrid activations for the later waves of a fleet, one a wave.

Each allows as many registrations as its wave has servers, and a few: what somebody
copies is of little use, and of none once the next wave has begun, which retires it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.aws.activation_codes import WAVE
from closednet.model.change import Found
from closednet.model.matching import node_of
from closednet.model.specs.management import Activation, WaveActivation
from closednet.model.step import PlainKind
from closednet.params import fleet


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from closednet.aws.activations import Activations
    from closednet.aws.nodes import ManagedNode
    from closednet.params.site import SiteParams


def wave_activation(
    params: SiteParams, number: int, hosts: Sequence[str]
) -> WaveActivation:
    """
    Return the activation that a wave needs.
    """
    about = params.activation
    made = Activation(
        role=about.role_name,
        limit=fleet.limit_of(len(hosts)),
        expires_in_hours=about.expires_in_hours,
        description=f"closednet {params.site} {params.generation}{WAVE}{number}",
    )
    return WaveActivation(number, tuple(hosts), made)


class WaveActivations(PlainKind):
    """
    Makes a wave's activation when its turn comes; nobody needs it afterwards.
    """

    spec_type = WaveActivation

    def __init__(self, activations: Activations, params: SiteParams) -> None:
        self._activations = activations
        self._hosts = params.hosts
        self.actions = activations.actions

    def find(
        self, wanted: Iterable[WaveActivation]
    ) -> Mapping[str, Found[WaveActivation]]:
        """
        Return those whose servers are registered, and the one that can be used now.
        """
        specs = list(wanted)
        known = self._known()
        found: dict[str, Found[WaveActivation]] = {}
        for spec in specs:
            missing = sum(name not in known for name in spec.hosts)
            if not missing:
                node = known[spec.hosts[0]]
                found[spec.key] = Found(spec, node.activation_id, owned=True)
                continue
            usable = self._activations.codes.usable(missing)
            if usable is not None and usable.spec == spec.activation:
                found[spec.key] = Found(spec, usable.activation_id, owned=True)
        return found

    def _known(self) -> Mapping[str, ManagedNode]:
        return node_of(self._hosts, self._activations.nodes())

    def remaining(
        self, wanted: Iterable[WaveActivation]
    ) -> Mapping[str, Found[WaveActivation]]:
        """
        Return those that AWS still lists.
        """
        ours = {
            state.spec.description: state.activation_id
            for state in self._activations.codes.ours()
        }
        return {
            spec.key: Found(spec, ours[spec.activation.description], owned=True)
            for spec in wanted
            if spec.activation.description in ours
        }

    def create(self, spec: WaveActivation) -> str:
        """
        Make it, after retiring the one of the wave before.
        """
        known = self._known()
        missing = sum(name not in known for name in spec.hosts)
        return self._activations.provide(spec.activation, missing)

    def update(self, old: WaveActivation, new: WaveActivation) -> str:
        """
        Replace it: AWS lets nobody change one.
        """
        return self.create(new)

    def delete(self, spec: WaveActivation, resource_id: str) -> None:
        """
        Remove it; nodes stay registered.
        """
        self._activations.retire(resource_id)
