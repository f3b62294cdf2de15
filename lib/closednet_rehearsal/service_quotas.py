"""
Service Quotas that tells what the rehearsal enforces.
"""

from __future__ import annotations

import json

from typing import Any, Final

from moto.servicequotas import urls
from moto.servicequotas.responses import ServiceQuotasResponse

from closednet_rehearsal.stage import world


_CODES: Final = {
    "L-29B6F2EB": "interface_endpoints_per_vpc",
    "L-1B52E74A": "gateway_endpoints_per_region",
    "L-E79EC296": "security_groups_per_region",
    "L-2AFB9258": "security_groups_per_interface",
}


class RehearsalServiceQuotas(ServiceQuotasResponse):
    """
    moto's Service Quotas, with the values that hold in this rehearsal.
    """

    def get_service_quota(self) -> str:
        shown = json.loads(super().get_service_quota())
        name = _CODES.get(shown["Quota"]["QuotaCode"])
        if name is not None:
            shown["Quota"] |= {"Value": float(getattr(world().quotas, name))}
        return json.dumps(shown)


def install() -> None:
    """
    Put it in moto's place.
    """
    paths: dict[str, Any] = urls.url_paths
    paths["{0}/$"] = RehearsalServiceQuotas.dispatch
