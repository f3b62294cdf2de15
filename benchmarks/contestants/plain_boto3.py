"""
The work as a careful engineer scripts it with boto3: look first, then create.

`plain_boto3.py apply|verify WORK.json`. Run again it changes nothing. Both end with a
look at everything, and with 1 if something is not as it should be.
"""

from __future__ import annotations

import json
import sys
import time

from pathlib import Path
from typing import Any

import boto3

from botocore.config import Config
from botocore.exceptions import ClientError


POLL_S = 0.15
NOT_YET = {"ValidationException", "NoSuchEntity"}
RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
WORK: dict[str, Any] = json.loads(Path(sys.argv[2]).read_text("utf-8"))
TAG = {"Key": "Name", "Value": WORK["name"]}


def client(profile: str, service: str) -> Any:
    """Return a client; one session an account."""
    if profile not in SESSIONS:
        SESSIONS[profile] = boto3.Session(profile_name=profile)
    return SESSIONS[profile].client(service, config=RETRIES)


SESSIONS: dict[str, Any] = {}
EC2, R53, DNS = (client("network", s) for s in ("ec2", "route53", "route53resolver"))
IAM, SSM, LOGS = (client("management", s) for s in ("iam", "ssm", "logs"))


def until(look: Any) -> None:
    """Look until it is so."""
    for _ in range(400):
        if look():
            return
        time.sleep(POLL_S)
    sys.exit("it did not come true")


def patient(call: Any, **given: Any) -> Any:
    """Call again while what was just made is not known everywhere yet."""
    for _ in range(100):
        try:
            return call(**given)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if not ("NotFound" in code or code in NOT_YET):
                raise
        time.sleep(POLL_S)
    return call(**given)


def pages(owner: Any, operation: str, key: str, **given: Any) -> list[Any]:
    """Return all items of a list."""
    return [x for p in owner.get_paginator(operation).paginate(**given) for x in p[key]]


def groups() -> dict[str, str]:
    """Return the security groups that exist, by name."""
    names = [group["name"] for group in WORK["groups"]]
    filters = [
        {"Name": "vpc-id", "Values": [WORK["vpc"]]},
        {"Name": "group-name", "Values": names},
    ]
    found = pages(EC2, "describe_security_groups", "SecurityGroups", Filters=filters)
    return {group["GroupName"]: group["GroupId"] for group in found}


def make_groups() -> dict[str, str]:
    """Create what lacks of the security groups, with their rules."""
    have = groups()
    for group in WORK["groups"]:
        if group["name"] in have:
            continue
        made = EC2.create_security_group(
            GroupName=group["name"],
            Description=group["description"],
            VpcId=WORK["vpc"],
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [TAG]}],
        )["GroupId"]
        rules = [
            {
                "IpProtocol": rule["protocol"],
                "FromPort": rule["port"],
                "ToPort": rule["port"],
                "IpRanges": [{"CidrIp": cidr} for cidr in rule["sources"]],
            }
            for rule in group["ingress"]
        ]
        patient(EC2.authorize_security_group_ingress, GroupId=made, IpPermissions=rules)
        have[group["name"]] = made
    return have


def endpoints() -> dict[str, Any]:
    """Return the endpoints of the VPC, by service."""
    filters = [{"Name": "vpc-id", "Values": [WORK["vpc"]]}]
    found = pages(EC2, "describe_vpc_endpoints", "VpcEndpoints", Filters=filters)
    live = [each for each in found if each["State"] not in ("deleted", "deleting")]
    return {each["ServiceName"].rpartition(".")[2]: each for each in live}


def make_endpoints(group_ids: dict[str, str]) -> None:
    """Create what lacks of the endpoints, and wait for all of them together."""
    have = endpoints()
    for wanted in WORK["endpoints"]:
        if wanted["service"] in have:
            continue
        patient(
            EC2.create_vpc_endpoint,
            VpcEndpointType="Interface",
            VpcId=WORK["vpc"],
            ServiceName=f"com.amazonaws.{WORK['region']}.{wanted['service']}",
            SubnetIds=WORK["subnets"],
            SecurityGroupIds=[group_ids[wanted["group"]]],
            PrivateDnsEnabled=wanted["private_dns"],
            PolicyDocument=wanted["policy"],
            ClientToken=f"{WORK['name']}-{wanted['service']}",
            TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [TAG]}],
        )
    if len(have) < len(WORK["endpoints"]):
        until(lambda: {e["State"] for e in endpoints().values()} == {"available"})


def inbound() -> Any:
    """Return the inbound endpoint, if it exists."""
    filters = [{"Name": "HostVPCId", "Values": [WORK["vpc"]]}]
    found = pages(DNS, "list_resolver_endpoints", "ResolverEndpoints", Filters=filters)
    return next((each for each in found if each["Direction"] == "INBOUND"), None)


def make_inbound(group_ids: dict[str, str]) -> None:
    """Create the inbound endpoint."""
    if inbound() is not None:
        return
    patient(
        DNS.create_resolver_endpoint,
        CreatorRequestId=WORK["name"],
        Name="inbound",
        Direction="INBOUND",
        SecurityGroupIds=[group_ids["resolver"]],
        IpAddresses=[
            {"SubnetId": each["subnet"], "Ip": each["ip"]} for each in WORK["inbound"]
        ],
        Tags=[TAG],
    )
    until(lambda: (inbound() or {}).get("Status") == "OPERATIONAL")


def zone_id() -> str:
    """Return the id of the private zone, or nothing."""
    found = R53.list_hosted_zones_by_vpc(VPCId=WORK["vpc"], VPCRegion=WORK["region"])
    for zone in found["HostedZoneSummaries"]:
        if zone["Name"] == f"{WORK['zone']}." and "OwningAccount" in zone["Owner"]:
            return str(zone["HostedZoneId"])
    return ""


def records(zone: str) -> set[str]:
    """Return the names of the zone's address records."""
    sets = "ResourceRecordSets"
    found = pages(R53, "list_resource_record_sets", sets, HostedZoneId=zone)
    names = {
        each["Name"].replace("\\052", "*") for each in found if each["Type"] == "A"
    }
    return {name.rstrip(".") for name in names}


def make_zone() -> None:
    """Create the zone and point its names at the S3 endpoint."""
    zone = zone_id()
    if not zone:
        zone = R53.create_hosted_zone(
            Name=WORK["zone"],
            CallerReference=WORK["name"],
            VPC={"VPCRegion": WORK["region"], "VPCId": WORK["vpc"]},
            HostedZoneConfig={"Comment": WORK["name"], "PrivateZone": True},
        )["HostedZone"]["Id"].rpartition("/")[2]
    lacking = set(WORK["records"]) - records(zone)
    if not lacking:
        return
    entry = endpoints()["s3"]["DnsEntries"][0]
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": name,
                "Type": "A",
                "AliasTarget": {
                    "HostedZoneId": entry["HostedZoneId"],
                    "DNSName": entry["DnsName"],
                    "EvaluateTargetHealth": False,
                },
            },
        }
        for name in sorted(lacking)
    ]
    change = R53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": changes}
    )["ChangeInfo"]["Id"]
    until(lambda: R53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC")


def role_policies() -> list[str] | None:
    """Return the names of the role's policies; None without the role."""
    try:
        IAM.get_role(RoleName=WORK["role"]["name"])
    except IAM.exceptions.NoSuchEntityException:
        return None
    names: list[str] = IAM.list_role_policies(RoleName=WORK["role"]["name"])[
        "PolicyNames"
    ]
    return names


def make_role() -> None:
    """Create the role with both of its policies."""
    have, role = role_policies(), WORK["role"]
    if have is None:
        IAM.create_role(
            RoleName=role["name"],
            AssumeRolePolicyDocument=role["trust"],
            Description=role["description"],
            Tags=[TAG],
        )
    for name, document in role["policies"].items():
        if name not in (have or []):
            patient(
                IAM.put_role_policy,
                RoleName=role["name"],
                PolicyName=name,
                PolicyDocument=document,
            )


def tier() -> str:
    """Return the tier of managed nodes once it is settled."""
    found = SSM.get_service_setting(SettingId=WORK["tier"])["ServiceSetting"]
    return str(found["SettingValue"]) if found["Status"] != "PendingUpdate" else ""


def activations() -> list[Any]:
    """Return the site's activations that can still be used."""
    found = pages(SSM, "describe_activations", "ActivationList")
    mine = [a for a in found if a.get("Description") == WORK["activation"]]
    return [each for each in mine if not each.get("Expired")]


def make_activation() -> None:
    """Change the tier, create the activation, and keep its code encrypted."""
    if tier() != "advanced":
        SSM.update_service_setting(SettingId=WORK["tier"], SettingValue="advanced")
        until(lambda: tier() == "advanced")
    if activations():
        return
    made = patient(
        SSM.create_activation,
        IamRole=WORK["role"]["name"],
        RegistrationLimit=3,
        Description=WORK["activation"],
        DefaultInstanceName=WORK["name"],
    )
    secret = {"id": made["ActivationId"], "code": made["ActivationCode"]}
    SSM.put_parameter(
        Name=WORK["secret"],
        Value=json.dumps(secret),
        Type="SecureString",
        Overwrite=True,
    )


def log_groups() -> dict[str, int]:
    """Return how many days each log group keeps what it gets."""
    found = pages(LOGS, "describe_log_groups", "logGroups")
    return {each["logGroupName"]: each.get("retentionInDays", 0) for each in found}


def make_log_groups() -> None:
    """Create the log groups and limit them."""
    have = log_groups()
    for name, days in WORK["log_groups"].items():
        if name not in have:
            LOGS.create_log_group(logGroupName=name)
        if have.get(name) != days:
            LOGS.put_retention_policy(logGroupName=name, retentionInDays=days)


def session_document() -> Any:
    """Return the session preferences, if there are any."""
    name = WORK["session"]["name"]
    try:
        return json.loads(SSM.get_document(Name=name)["Content"])
    except SSM.exceptions.InvalidDocument:
        return None


def associations() -> list[str]:
    """Return the names of the associations."""
    found = pages(SSM, "list_associations", "Associations")
    return [str(each.get("AssociationName")) for each in found]


def make_documents() -> None:
    """Create the session preferences and the schedule of agent updates."""
    session, wanted = WORK["session"], WORK["association"]
    have = session_document()
    if have is None:
        SSM.create_document(
            Name=session["name"],
            DocumentType="Session",
            Content=json.dumps(session["content"]),
        )
    elif have != session["content"]:
        version = SSM.update_document(
            Name=session["name"],
            Content=json.dumps(session["content"]),
            DocumentVersion="$LATEST",
        )["DocumentDescription"]["DocumentVersion"]
        SSM.update_document_default_version(
            Name=session["name"], DocumentVersion=version
        )
    if wanted["AssociationName"] not in associations():
        SSM.create_association(**wanted)


def apply() -> None:
    """Make everything."""
    ids = make_groups()
    make_endpoints(ids)
    make_inbound(ids)
    make_zone()
    make_role()
    make_activation()
    make_log_groups()
    make_documents()


def verify() -> list[str]:
    """Return what is not as it should be."""
    have, zone = endpoints(), zone_id()
    claims = {
        "groups": len(groups()) == len(WORK["groups"]),
        "endpoints": all(
            have.get(e["service"], {}).get("State") == "available"
            for e in WORK["endpoints"]
        ),
        "inbound": (inbound() or {}).get("Status") == "OPERATIONAL",
        "records": bool(zone) and set(WORK["records"]) <= records(zone),
        "role": set(role_policies() or ()) >= set(WORK["role"]["policies"]),
        "tier": tier() == "advanced",
        "activation": len(activations()) == 1,
        "log groups": log_groups().items() >= WORK["log_groups"].items(),
        "sessions": session_document() == WORK["session"]["content"],
        "association": WORK["association"]["AssociationName"] in associations(),
    }
    return [name for name, held in claims.items() if not held]


if __name__ == "__main__":
    if sys.argv[1] == "apply":
        apply()
    if wrong := verify():
        sys.exit(f"not as it should be: {', '.join(wrong)}")
