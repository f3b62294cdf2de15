"""
Causes seen from the servers: names that differ there, HTTPS that does not arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model.causes import Diagnosis, find


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from closednet.hosts.facts import HostFacts
    from closednet.hosts.ssm_checks import Reached
    from closednet.model.causes import Finding

MOST_SKEW_S: Final = 300
AMAZON: Final = "amazon"
REFUSED: Final = ("firewall-drops-https", "proxy-in-the-way")


def of_reach(
    host: str,
    rows: Iterable[Reached],
    right: Mapping[str, frozenset[str]],
    *,
    names_in_order: bool,
) -> Diagnosis:
    """
    Return why a server does not reach services whose endpoints are in order.

    `right` has the addresses that each name should have; `names_in_order` says that
    the site's DNS servers give them.
    """
    named: list[Finding] = []
    left: list[str] = []
    for row in rows:
        wrong = row.name in right and not set(row.addresses) <= right[row.name]
        if wrong or not row.addresses:
            if names_in_order:
                named.append(_otherwise(host, row))
            continue
        named += _of_verdict(host, row)
        if row.verdict == "refused":
            left += REFUSED
        if row.verdict == "untrusted" and not row.issuer:
            left += ("tls-intercepted", "amazon-roots-missing")
    return Diagnosis(tuple(_once_a_cause(named)), tuple(dict.fromkeys(left)))


def of_facts(facts: Iterable[HostFacts]) -> Iterator[Finding]:
    """
    Yield what servers say of themselves that AWS or its agents do not bear.
    """
    for fact in facts:
        if abs(fact.clock_skew_s) >= MOST_SKEW_S:
            yield find(
                "server-clock-wrong",
                f"it is {fact.clock_skew_s:+.0f} s off this machine's clock",
                fact.host,
            )


def _otherwise(host: str, row: Reached) -> Finding:
    seen = ", ".join(row.addresses) or "no address"
    return find(
        "server-resolves-otherwise",
        f"{row.name} is {seen} on {host}; the site's DNS servers answer rightly",
        host,
    )


def _of_verdict(host: str, row: Reached) -> Iterator[Finding]:
    at = f"{host} to {row.name} ({', '.join(row.addresses)})"
    match row.verdict:
        case "silent":
            said = f"{at}: no connection on port 443; AWS's rules, routes and network"
            yield find("firewall-drops-https", f"{said} ACLs let it through", host)
        case "stalls":
            said = f"{at}: it connects and small answers come, the TLS handshake hangs"
            yield find("large-packets-lost", said, host)
        case "proxied":
            said = f"{at}: it works past the proxy and fails through it"
            yield find("proxy-in-the-way", said, host)
        case "untrusted" if row.issuer:
            ours = AMAZON in row.issuer.lower()
            cause = "amazon-roots-missing" if ours else "tls-intercepted"
            yield find(cause, f"{at}: the certificate is issued by {row.issuer}", host)


def _once_a_cause(findings: Iterable[Finding]) -> Iterator[Finding]:
    """
    Yield the first finding of each cause on each server: names repeat themselves.
    """
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        if (finding.cause, finding.subject) not in seen:
            seen.add((finding.cause, finding.subject))
            yield finding
