"""
What stands behind the gateways that lead to the site: attachments, tunnels. Reads only.

Who shares a transit gateway with others is shown his own attachments alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet.aws.account import Account

FILTERS: Final = {"tgw": "transit-gateway-id", "vgw": "vpn-gateway-id"}
TO_THE_SITE: Final = frozenset({"vpn", "direct-connect-gateway", "connect", "peering"})
AVAILABLE: Final = "available"
UP: Final = "UP"


@dataclass(frozen=True, slots=True)
class Behind:
    """
    Attachments by kind and state, and the tunnels of VPN connections by status.
    """

    attachments: tuple[tuple[str, str], ...] = ()
    tunnels: tuple[tuple[str, str], ...] = ()

    @property
    def is_down(self) -> bool:
        """
        Whether what is visible leads to the site, and none of it works.
        """
        ways = [state for kind, state in self.attachments if kind in TO_THE_SITE]
        broken = bool(ways) and AVAILABLE not in ways
        silent = bool(self.tunnels) and UP not in [status for _, status in self.tunnels]
        return broken or silent

    def __str__(self) -> str:
        said = [f"{kind} attachment {state}" for kind, state in self.attachments]
        said += [f"tunnel of {name} {status}" for name, status in self.tunnels]
        if not any(kind in TO_THE_SITE for kind, _ in self.attachments):
            said += [] if self.tunnels else ["no VPN or Direct Connect visible here"]
        return "; ".join(said)


class Gateways:
    """
    Reads in the network account.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def behind(self, target: str) -> Behind | None:
        """
        Return what stands behind a route's target, if it is a gateway to the site.
        """
        kind = target.partition("-")[0]
        if kind not in FILTERS:
            return None
        named: Any = [{"Name": FILTERS[kind], "Values": [target]}]
        attachments = self._attachments(target, named) if kind == "tgw" else ()
        return Behind(attachments, self._tunnels(target, named))

    def _attachments(self, target: str, named: Any) -> tuple[tuple[str, str], ...]:
        with self._account.call("ec2:DescribeTransitGatewayAttachments", target):
            pages = self._account.ec2.get_paginator(
                "describe_transit_gateway_attachments"
            )
            found = pages.paginate(Filters=named).build_full_result()
        return tuple(
            sorted(
                (str(raw["ResourceType"]), str(raw["State"]))
                for raw in found["TransitGatewayAttachments"]
            )
        )

    def _tunnels(self, target: str, named: Any) -> tuple[tuple[str, str], ...]:
        with self._account.call("ec2:DescribeVpnConnections", target):
            found = self._account.ec2.describe_vpn_connections(Filters=named)
        return tuple(
            sorted(
                (str(raw["VpnConnectionId"]), str(tunnel.get("Status", "unknown")))
                for raw in found["VpnConnections"]
                if raw.get("State") != "deleted"
                for tunnel in raw.get("VgwTelemetry", ())
            )
        )
