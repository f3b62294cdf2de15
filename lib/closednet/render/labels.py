"""
The words of the network drawing, in each language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Labels:
    """
    What stands in the drawing; `{}` stands for a name or a number.
    """

    site: str = "Site {}"
    servers: str = "Servers"
    dns_servers: str = "DNS servers"
    private_link: str = "private link"
    account: str = "account {}"
    endpoints: str = "Interface endpoints"
    inbound: str = "Inbound endpoint"
    zone: str = "Private hosted zone"
    subnets: str = "Subnets in {} zones"
    services: str = "AWS services"
    more: str = " and more"


ENGLISH: Final = Labels()
JAPANESE: Final = Labels(
    site="サイト {}",
    servers="サーバー",
    dns_servers="DNS サーバー",
    private_link="閉域接続",
    account="アカウント {}",
    endpoints="インターフェイスエンドポイント",
    inbound="インバウンドエンドポイント",
    zone="プライベートホストゾーン",
    subnets="{} つの AZ のサブネット",
    services="AWS サービス",
    more=" ほか",
)
