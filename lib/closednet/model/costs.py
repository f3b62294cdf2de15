"""
What a site costs a month, line by line, at the list prices of the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.model.cloudwatch_config import expected_metrics


if TYPE_CHECKING:
    from closednet.params import SiteParams


HOURS_A_MONTH: Final = 730
STANDARD_TIER_HOSTS: Final = 1000


@dataclass(frozen=True, slots=True)
class CostLine:
    """
    One line of the bill; `account_wide` lines grow with what others have there.
    """

    step: str
    item: str
    quantity: int
    unit: str
    unit_price: float
    monthly_usd: float
    account_wide: bool = False


def needs_advanced_tier(params: SiteParams) -> bool:
    """
    Say whether what the site wishes needs the advanced-instances tier.
    """
    return bool(reasons_for_advanced_tier(params))


def reasons_for_advanced_tier(params: SiteParams) -> tuple[str, ...]:
    """
    Return which wishes need the advanced-instances tier.
    """
    reasons = {
        "Session Manager": params.wishes.session_manager,
        "patches of Microsoft applications": params.wishes.patch_microsoft_applications,
        f"more than {STANDARD_TIER_HOSTS} servers": len(params.hosts)
        > STANDARD_TIER_HOSTS,
    }
    return tuple(reason for reason, wished in reasons.items() if wished)


def metrics_of(params: SiteParams) -> int:
    """
    Return how many custom metrics the servers send at least.

    Every further disk, processor or interface adds its own.
    """
    hosts, about = params.hosts, params.cloudwatch
    return sum(len(expected_metrics(about, host)) for host in hosts)


def monthly(params: SiteParams) -> tuple[CostLine, ...]:
    """
    Return the fixed monthly costs; traffic and log volume come on top.
    """
    prices = params.prices
    subnets, hosts = len(params.network.subnets), len(params.hosts)
    lines = [
        _hourly(
            "endpoints",
            "Interface endpoint addresses",
            len(params.endpoints.services) * subnets,
            prices.interface_endpoint_hour,
        ),
        _hourly(
            "inbound-endpoint",
            "Resolver inbound endpoint addresses",
            subnets,
            prices.resolver_address_hour,
        ),
    ]
    if params.name_resolution.s3 == "private-hosted-zone":
        price = prices.hosted_zone_month
        lines.append(_line("hosted-zone", "Private hosted zone", 1, "month", price))
    if needs_advanced_tier(params):
        lines.append(
            _hourly(
                "activation",
                "Managed nodes of this site in the advanced-instances tier (every"
                " other hybrid node of the account and Region is charged too)",
                hosts,
                prices.advanced_node_hour,
                account_wide=True,
            )
        )
    lines.append(
        _line(
            "cloudwatch-agent",
            "Custom metrics, at least",
            metrics_of(params),
            "month",
            prices.metric_month,
        )
    )
    return tuple(lines)


def total(lines: tuple[CostLine, ...]) -> float:
    """
    Return the sum of the lines in US dollars, rounded to cents.
    """
    return round(sum(line.monthly_usd for line in lines), 2)


def _hourly(
    step: str, item: str, quantity: int, price: float, *, account_wide: bool = False
) -> CostLine:
    cost = round(quantity * HOURS_A_MONTH * price, 2)
    return CostLine(step, item, quantity, "hour", price, cost, account_wide)


def _line(step: str, item: str, quantity: int, unit: str, price: float) -> CostLine:
    return CostLine(step, item, quantity, unit, price, round(quantity * price, 2))
