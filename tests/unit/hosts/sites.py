"""
Parameters of a small site.
"""

from __future__ import annotations

from typing import Any

from closednet.params.site import Host, SiteParams


KEY = "A" * 40


def host(name: str, os_name: str = "ubuntu", address: str = "192.0.2.1") -> Host:
    """
    Return one server.
    """
    return Host.model_validate({"name": name, "address": address, "os": os_name})


def params(hosts: tuple[Host, ...] = (), **sections: Any) -> SiteParams:
    """
    Return a complete set of parameters with some sections of one's own.
    """
    subnets = [
        {
            "id": f"subnet-0000000{n}",
            "availability_zone": f"ap-northeast-1{zone}",
            "cidr": f"10.20.{n}.0/24",
            "inbound_ip": f"10.20.{n}.10",
        }
        for n, zone in ((1, "a"), (2, "c"))
    ]
    data: dict[str, Any] = {
        "site": "dc1",
        "region": "ap-northeast-1",
        "accounts": {"network": {"id": "1" * 12}, "management": {"id": "2" * 12}},
        "network": {
            "vpc_id": "vpc-00000001",
            "vpc_cidr": "10.20.0.0/16",
            "subnets": subnets,
            "on_premises_cidrs": ["192.0.2.0/24"],
            "dns_servers": ["192.0.2.53"],
        },
        "activation": {"registration_limit": 5},
        "ssm_agent": {
            "signing_key_file": "key.asc",
            "signing_key_fingerprint": KEY,
        },
        "output": {"bucket": "some-bucket"},
        "session": {"kms_key_arn": "arn:aws:kms:ap-northeast-1:222222222222:key/1"},
        "hosts": [h.model_dump() for h in hosts] or [host("web01").model_dump()],
    }
    return SiteParams.model_validate(data | sections, strict=False)
