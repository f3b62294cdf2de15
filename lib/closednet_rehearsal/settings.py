"""
Fixed facts of the rehearsed world: accounts, ids, delays, page size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


SEED: Final = "closednet-rehearsal"
REGION: Final = "ap-northeast-1"
NETWORK_ACCOUNT: Final = "111111111111"
MANAGEMENT_ACCOUNT: Final = "222222222222"
DNS_ACCOUNT: Final = "444444444444"
ORGANISATION: Final = "o-c1053dnet0"
OPERATOR_ROLE: Final = "closednet-operator"
OPERATOR_KEY_ID: Final = "AKIAREHEARSALOPERATOR"
OPERATOR_SECRET_KEY: Final = "rehearsal"  # noqa: S105 - opens nothing but the rehearsal

VPC_ID: Final = "vpc-0c1053d0000000001"
DNS_VPC_ID: Final = "vpc-0c1053d0000000004"
VPC_CIDR: Final = "10.20.0.0/16"
TRANSIT_GATEWAY_ID: Final = "tgw-0c1053d0000000001"
ROUTE_TABLE_ID: Final = "rtb-0c1053d0000000001"
KMS_KEY_ID: Final = "0c1053d0-0000-4000-8000-000000000001"
OUTPUT_BUCKET: Final = f"closednet-rehearsal-output-{MANAGEMENT_ACCOUNT}"
ON_PREMISES_CIDR: Final = "192.168.10.0/24"
ON_PREMISES_DNS_SERVER: Final = "192.168.10.53"
INBOUND_IPS: Final = ("10.20.1.10", "10.20.2.10")
PAGE_SIZE: Final = 5
# Where thousands of items are usual: metrics, log events.
LONG_PAGE_SIZE: Final = 25

ACCOUNTS: Final = (NETWORK_ACCOUNT, MANAGEMENT_ACCOUNT, DNS_ACCOUNT)
OPERATOR_USER_ARN: Final = f"arn:aws:iam::{NETWORK_ACCOUNT}:user/rehearsal-operator"
KMS_KEY_ARN: Final = f"arn:aws:kms:{REGION}:{MANAGEMENT_ACCOUNT}:key/{KMS_KEY_ID}"
KMS_ALIAS: Final = "alias/closednet-session"
AGENT_VERSION: Final = "3.3.2746.0"
CLOUDWATCH_AGENT_VERSION: Final = "1.300071.0"
SERVER_THREADS: Final = 64


@dataclass(frozen=True, slots=True)
class Subnet:
    """
    A subnet of the rehearsed VPC.
    """

    subnet_id: str
    cidr: str
    availability_zone: str


SUBNETS: Final = (
    Subnet("subnet-0c1053d00000000a1", "10.20.1.0/24", "ap-northeast-1a"),
    Subnet("subnet-0c1053d00000000c1", "10.20.2.0/24", "ap-northeast-1c"),
)


@dataclass(frozen=True, slots=True)
class Delays:
    """
    How long the world takes to settle, in seconds of the rehearsal's clock.
    """

    endpoint_pending: float = 0.6
    endpoint_deleting: float = 0.4
    resolver_creating: float = 0.6
    zone_change_pending: float = 0.3
    iam_propagation: float = 0.5
    service_setting_pending: float = 0.5
    node_connection_lost: float = 900.0
    # What was written is not read at once: EC2 and IAM by id or name, new access
    # keys by every service, CloudWatch's list of metrics, log events.
    read_after_write: float = 0.0
    key_propagation: float = 0.0
    metric_listed: float = 0.0
    log_event_visible: float = 0.0


DELAYS: Final = Delays()

# A second of a rehearsal stands for this many of AWS's: the delays above and the
# rates of throttling agree on it.
PACE: Final = 100.0

# A rehearsal that people or their code meet, rather than a test of one part of it.
REHEARSED: Final = Delays(
    read_after_write=0.1, metric_listed=0.5, log_event_visible=0.1
)

# What AWS documents, or what its users report where it does not; with a clock that
# is held, or for those who have the time.
AT_AWS: Final = Delays(
    endpoint_pending=120.0,
    endpoint_deleting=60.0,
    resolver_creating=120.0,
    zone_change_pending=60.0,
    iam_propagation=20.0,
    service_setting_pending=300.0,
    read_after_write=10.0,
    key_propagation=10.0,
    metric_listed=900.0,
    log_event_visible=10.0,
)
