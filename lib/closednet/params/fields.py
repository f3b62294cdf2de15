"""
The small types that parameters are made of: ids, addresses, names.

Patterns are ASCII on purpose: look-alike letters and smart quotes that come
with copy and paste from office documents are refused here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """
    A part of the parameters: frozen, strict, unknown keys are errors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$", examples=["111111111111"])]
Region = Annotated[
    str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", examples=["ap-northeast-1"])
]
Cidr = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$", examples=["10.0.0.0/8"]),
]
Ipv4 = Annotated[
    str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$", examples=["192.168.10.53"])
]
VpcId = Annotated[str, Field(pattern=r"^vpc-[0-9a-f]{8,17}$")]
SubnetId = Annotated[str, Field(pattern=r"^subnet-[0-9a-f]{8,17}$")]
Zone = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")]
RoleArn = Annotated[
    str,
    Field(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$"),
]
KeyArn = Annotated[
    str,
    Field(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-zA-Z-]{1,64}$"),
]
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
LogGroupName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_/.#-]{1,512}$")]
SiteName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")]
HostName = Annotated[
    str, Field(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$")
]
GroupName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$", examples=["web"])
]
RoleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+=,.@-]{1,64}$")]
Rate = Annotated[
    str,
    Field(
        pattern=r"^(rate\([0-9]+ (minute|minutes|hour|hours|day|days)\)|cron\(.+\))$",
        examples=["rate(14 days)"],
    ),
]
AgentVersion = Annotated[str, Field(pattern=r"^(latest|[0-9]+(\.[0-9]+){3})$")]
Dimension = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]

Service = Literal[
    "ssm",
    "ssmmessages",
    "ec2messages",
    "kms",
    "s3",
    "logs",
    "monitoring",
    "sts",
    "rolesanywhere",
]
OperatingSystem = Literal[
    "ubuntu",
    "debian",
    "rhel",
    "rocky",
    "almalinux",
    "oracle",
    "amazon-linux-2",
    "amazon-linux-2023",
    "sles",
    "windows",
]
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)
