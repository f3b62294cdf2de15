"""
One change batch of a hosted zone: checked as a whole, then done as a whole.
"""

from __future__ import annotations

import copy

from typing import Any, Final

from moto.ec2.models import ec2_backends

from closednet_rehearsal.endpoint_services import VPCE_ZONE_ID
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import ACCOUNTS, REGION


_COMPARED: Final = ("AliasTarget", "TTL", "ResourceRecords")


def plain_name(name: str) -> str:
    """
    Return a record name in lower case, with its dot and a literal star.
    """
    return name.lower().rstrip(".").replace("\\052", "*") + "."


def shown_name(name: str) -> str:
    """
    Return a record name as Route 53 shows it, the star as an octal code.
    """
    return name.replace("*", "\\052")


def shown_record(record: Any) -> Any:
    """
    Return a copy of a record set as ListResourceRecordSets shows it.
    """
    shown = copy.copy(record)
    shown.name = shown_name(record.name)
    if record.alias_target:
        name = shown_name(plain_name(record.alias_target["DNSName"]))
        shown.alias_target = record.alias_target | {"DNSName": name}
    return shown


def apply_changes(zone: Any, zones: dict[str, Any], changes: list[Any]) -> None:
    """
    Apply a change batch to `zone`; `zones` are those an alias may point into.
    """
    trial = copy.copy(zone)
    trial.rrsets = list(zone.rrsets)
    problems: list[str] = []
    for change in changes:
        problem = _apply(trial, zones, change["Action"], change["ResourceRecordSet"])
        problems += [problem] if problem else []
    if problems:
        raise Refusal("InvalidChangeBatch", f"[{', '.join(problems)}]")
    zone.rrsets = trial.rrsets


def _apply(
    zone: Any, zones: dict[str, Any], action: str, asked: dict[str, Any]
) -> str | None:
    record = asked | {"Name": plain_name(asked["Name"])}
    name, kind = record["Name"], record["Type"]
    if not f".{name}".endswith(f".{zone.name}"):
        return f"RRSet with DNS name {name} is not permitted in zone {zone.name}"
    what = f"resource record set [name='{name}', type='{kind}']"
    present = _find(zone, name, kind)
    if action == "DELETE":
        if present is None:
            return f"Tried to delete {what} but it was not found"
        if _values(record) != _held(present):
            return (
                f"Tried to delete {what} but the values provided do not match the "
                "current values"
            )
        zone.rrsets.remove(present)
        return None
    if action == "CREATE" and present is not None:
        return f"Tried to create {what} but it already exists"
    problem = _cname_problem(zone, name, kind) or _alias_problem(zone, zones, record)
    if problem is None:
        record |= {"ResourceRecords": _values(record)["ResourceRecords"]}
        zone.upsert_rrset(record)
    return problem


def _cname_problem(zone: Any, name: str, kind: str) -> str | None:
    """
    Say what is wrong if a CNAME would not be alone at its name.
    """
    if kind == "CNAME" and name == zone.name:
        return f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone.name}"
    others = {each.type for each in zone.rrsets if plain_name(each.name) == name} - {
        kind
    }
    rival = "CNAME" if kind != "CNAME" else next(iter(sorted(others)), "")
    if rival not in others:
        return None
    return (
        f"RRSet of type {kind} with DNS name {name} is not permitted because a "
        f"conflicting RRSet of type {rival} with the same DNS name already exists in "
        f"zone {zone.name}"
    )


def _find(zone: Any, name: str, kind: str) -> Any | None:
    for record in zone.rrsets:
        if plain_name(record.name) == name and record.type == kind:
            return record
    return None


def _values(record: dict[str, Any]) -> dict[str, Any]:
    held = {key: record.get(key) for key in _COMPARED}
    held["ResourceRecords"] = [each["Value"] for each in held["ResourceRecords"] or []]
    return _comparable(held)


def _held(record: Any) -> dict[str, Any]:
    return _comparable(
        {
            "AliasTarget": record.alias_target,
            "TTL": record.ttl,
            "ResourceRecords": list(record.records or []),
        }
    )


def _comparable(values: dict[str, Any]) -> dict[str, Any]:
    alias = values["AliasTarget"]
    if alias:
        target = alias | {"DNSName": plain_name(alias["DNSName"])}
        target["EvaluateTargetHealth"] = str(alias["EvaluateTargetHealth"]).lower()
        values = values | {"AliasTarget": target}
    ttl = values["TTL"]
    return values | {"TTL": None if ttl is None else int(ttl)}


def _alias_problem(
    zone: Any, zones: dict[str, Any], record: dict[str, Any]
) -> str | None:
    alias = record.get("AliasTarget")
    if not alias:
        return None
    target, zone_id = plain_name(alias["DNSName"]), alias["HostedZoneId"]
    if zone_id == zone.resource_id:
        found = _find(zone, target, record["Type"]) is not None
    elif zone_id in zones:
        found = _find(zones[zone_id], target, record["Type"]) is not None
    else:
        found = (target, zone_id) in _endpoint_names()
    if found:
        return None
    return (
        f"Tried to create an alias that targets {target}, type {record['Type']} in "
        f"zone {zone_id}, but the alias target name does not lie within the target "
        "zone"
    )


def _endpoint_names() -> set[tuple[str, str]]:
    return {
        (plain_name(entry["DnsName"]), VPCE_ZONE_ID)
        for account in ACCOUNTS
        for endpoint in ec2_backends[account][REGION].vpc_end_points.values()
        for entry in endpoint.dns_entries or []
        if entry["HostedZoneId"] == VPCE_ZONE_ID
    }
