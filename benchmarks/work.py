"""
The work that all contestants do, as closednet's own steps want it, for their scripts.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil

from pathlib import Path
from typing import Any

import yaml

from benchmarks.contestants.closednet_library import STEPS
from closednet import registry
from closednet.evidence import codec
from closednet.site import open_site
from closednet_rehearsal.settings import OPERATOR_KEY_ID, OPERATOR_SECRET_KEY


ROOT = Path(__file__).parents[1]
PARAMS = ROOT / "params/rehearsal.yaml"
KEY = ROOT / "params/rehearsal-signing-key.asc"
NAME = "bench"


def site_file(folder: Path, connection: Path) -> Path:
    """
    Write the rehearsal's site, with one server that nobody starts.
    """
    raw: dict[str, Any] = yaml.safe_load(PARAMS.read_text("utf-8"))
    raw["hosts"] = raw["hosts"][:1]
    raw["rollout"]["manual_wait_minutes"] = 0
    raw["evidence_dir"] = os.fspath(folder / "evidence")
    raw["connection"] = {"file": os.fspath(connection)}
    shutil.copy(KEY, folder)
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(raw, sort_keys=False), "utf-8")
    return file


def zones(params: Path) -> tuple[str, ...]:
    """
    Return what the site's DNS server must forward.
    """
    return tuple(spec["zone"] for spec in _specs(params)["ForwardingRule"])


def described(params: Path) -> dict[str, Any]:
    """
    Return the work, as the plain scripts read it.
    """
    specs = _specs(params)
    group, endpoints = specs["SecurityGroup"], specs["InterfaceEndpoint"]
    role, session = specs["Role"][0], specs["SessionPreferences"][0]
    site = open_site(params).params
    return {
        "name": NAME,
        "region": site.region,
        "vpc": site.network.vpc_id,
        "subnets": [subnet.id for subnet in site.network.subnets],
        "groups": group,
        "endpoints": [each | {"group": each["security_group"]} for each in endpoints],
        "inbound": specs["ResolverEndpoint"][0]["addresses"],
        "zone": specs["HostedZone"][0]["name"],
        "records": [each["name"] for each in specs["ZoneRecord"]],
        "role": {
            "name": role["name"],
            "trust": role["trust"],
            "description": role["description"],
            "policies": {p["name"]: p["document"] for p in specs["RolePolicy"]},
        },
        "tier": specs["ServiceSetting"][0]["setting"],
        "activation": specs["Activation"][0]["description"],
        "secret": f"/{NAME}/activation",
        "log_groups": {g["name"]: g["retention_days"] for g in specs["LogGroup"]},
        "session": {
            "name": "SSM-SessionManagerRunShell",
            "content": {
                "schemaVersion": "1.0",
                "description": "Session preferences",
                "sessionType": "Standard_Stream",
                "inputs": {
                    "kmsKeyId": session["kms_key_arn"],
                    "cloudWatchLogGroupName": session["log_group"],
                    "cloudWatchEncryptionEnabled": False,
                    "cloudWatchStreamingEnabled": True,
                    "idleSessionTimeout": session["idle_timeout_minutes"],
                },
            },
        },
        "association": _association(specs["Association"][0]),
    }


def _association(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "AssociationName": f"{NAME}-ssm-agent-update",
        "Name": spec["document"],
        "Targets": [
            {"Key": f"tag:{spec['target_tag']}", "Values": [spec["target_value"]]}
        ],
        "ScheduleExpression": spec["schedule"],
        "Parameters": dict(spec["parameters"]),
        "MaxConcurrency": spec["max_concurrency"],
        "MaxErrors": spec["max_errors"],
    }


def _specs(params: Path) -> dict[str, list[dict[str, Any]]]:
    site = open_site(params)
    found: dict[str, list[dict[str, Any]]] = {}
    for name in STEPS:
        for spec in registry.build(name, site).desired():
            data: Any = codec.encode(spec)
            found.setdefault(data["is"], []).append(data)
    return found


def write(folder: Path, work: dict[str, Any], url: str) -> dict[str, str]:
    """
    Write the work as files, and return the environment of the plain contestants.
    """
    (folder / "work.json").write_text(json.dumps(work), "utf-8")
    _write_documents(folder, work)
    network, management = "111111111111", "222222222222"
    role = "arn:aws:iam::{}:role/closednet-operator"
    config = "".join(
        f"[profile {name}]\nrole_arn = {role.format(account)}\n"
        f"source_profile = operator\nregion = {work['region']}\n\n"
        for name, account in (("network", network), ("management", management))
    )
    (folder / "config").write_text(config, "utf-8")
    keys = (
        f"[operator]\naws_access_key_id = {OPERATOR_KEY_ID}\n"
        f"aws_secret_access_key = {OPERATOR_SECRET_KEY}\n"
    )
    (folder / "credentials").write_text(keys, "utf-8")
    return {
        "AWS_CONFIG_FILE": os.fspath(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": os.fspath(folder / "credentials"),
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": work["region"],
        "AWS_DEFAULT_REGION": work["region"],
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _write_documents(folder: Path, work: dict[str, Any]) -> None:
    role = work["role"]
    for each in work["endpoints"]:
        (folder / f"policy-{each['service']}.json").write_text(each["policy"], "utf-8")
    for name, document in role["policies"].items():
        (folder / f"role-{name}.json").write_text(document, "utf-8")
    (folder / "trust.json").write_text(role["trust"], "utf-8")
    for group in work["groups"]:
        rules = [
            {
                "IpProtocol": rule["protocol"],
                "FromPort": rule["port"],
                "ToPort": rule["port"],
                "IpRanges": [{"CidrIp": cidr} for cidr in rule["sources"]],
            }
            for rule in group["ingress"]
        ]
        (folder / f"{group['name']}.json").write_text(json.dumps(rules), "utf-8")
    target = {
        "HostedZoneId": "@ZONE@",
        "DNSName": "@NAME@",
        "EvaluateTargetHealth": False,
    }
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {"Name": name, "Type": "A", "AliasTarget": target},
        }
        for name in work["records"]
    ]
    (folder / "records.json").write_text(json.dumps({"Changes": changes}), "utf-8")
    content = json.dumps(work["session"]["content"])
    (folder / "session.json").write_text(content, "utf-8")
    (folder / "association.json").write_text(json.dumps(work["association"]), "utf-8")
    lines = [f"{name} {days}\n" for name, days in work["log_groups"].items()]
    (folder / "log-groups").write_text("".join(lines), "utf-8")
    (folder / "work.sh").write_text(_variables(work), "utf-8")


def _variables(work: dict[str, Any]) -> str:
    """
    Return the names of the work as variables of a shell.
    """
    described = {group["name"]: group["description"] for group in work["groups"]}
    inbound = [f"SubnetId={a['subnet']},Ip={a['ip']}" for a in work["inbound"]]
    values = {
        "NAME": NAME,
        "REGION": work["region"],
        "VPC": work["vpc"],
        "SUBNETS": " ".join(work["subnets"]),
        "SERVICES": " ".join(each["service"] for each in work["endpoints"]),
        "ENDPOINTS_DESCRIPTION": described["endpoints"],
        "RESOLVER_DESCRIPTION": described["resolver"],
        "INBOUND": " ".join(inbound),
        "ZONE": work["zone"],
        "ROLE": work["role"]["name"],
        "ROLE_DESCRIPTION": work["role"]["description"],
        "POLICIES": " ".join(sorted(work["role"]["policies"])),
        "TIER": work["tier"],
        "ACTIVATION": work["activation"],
        "SECRET": work["secret"],
        "SESSION": work["session"]["name"],
        "ASSOCIATION": work["association"]["AssociationName"],
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
