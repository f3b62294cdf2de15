"""
Networks and series to draw.
"""

from __future__ import annotations

from closednet.render.series import Series
from closednet.render.topology import Topology


def topology(hosts: int) -> Topology:
    """
    Return a site with so many servers.
    """
    systems = ("ubuntu", "rhel")
    return Topology(
        site="osaka",
        region="ap-northeast-1",
        hosts=tuple(
            (f"srv{n:04d}", f"192.168.{10 + n // 250}.{n % 250 + 1}", systems[n % 2])
            for n in range(hosts)
        ),
        dns_servers=("192.168.10.53",),
        on_premises=("192.168.10.0/24", "192.168.11.0/24"),
        vpc="vpc-0c1053d0000000001 10.20.0.0/16",
        subnets=(
            ("ap-northeast-1a", "10.20.1.0/24", "10.20.1.10"),
            ("ap-northeast-1c", "10.20.2.0/24", "10.20.2.10"),
        ),
        services=("ssm", "ssmmessages", "ec2messages", "kms", "s3", "logs"),
        network_account="111111111111",
        management_account="222222222222",
        zones=("s3.ap-northeast-1.amazonaws.com",),
    )


SERIES = (
    Series("web01", "cpu_usage_idle", (90.0, 80.0, 85.0), "%"),
    Series("web02", "mem_used_percent", (50.0,)),
    Series("db01", "温度", ()),
)
