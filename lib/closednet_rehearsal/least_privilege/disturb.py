"""
Somebody changes what a rollout made, so that the next one has to mend it.

Without it no rollout would ever update anything, and the rights to do so would look
as if nobody needed them.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.settings import (
    MANAGEMENT_ACCOUNT,
    NETWORK_ACCOUNT,
    OPERATOR_ROLE,
    REGION,
)
from closednet_rehearsal.somebody import session


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from closednet_rehearsal.least_privilege.bench import Bench

_OTHER_ADDRESS: Final = "10.20.1.99"
_LET_IN: Final = "192.168.99.0/24"
_OTHER_DAYS: Final = 3653
_KEPT: Final = ("AssociationId", "AssociationName", "Parameters", "Targets")
_SESSIONS: Final = "SSM-SessionManagerRunShell"


class Somebody:
    """
    An administrator of both accounts.
    """

    def __init__(self, bench: Bench) -> None:
        self._url = bench.rehearsal.endpoint_url
        bench.give_everything()
        self._sessions = {
            account: session(self._url, account, "somebody")
            for account in (NETWORK_ACCOUNT, MANAGEMENT_ACCOUNT)
        }

    def client(self, account: str, service: str) -> Any:
        """
        Return a client in one of the accounts.
        """
        return self._sessions[account].client(service, endpoint_url=self._url)


def afterwards(bench: Bench) -> None:
    """
    Change one resource of every kind that can be updated in place.
    """
    somebody = Somebody(bench)
    for change in (_endpoint, _security_group, _resolver):
        change(somebody.client)
    for change in (_role, _document, _association, _log_groups):
        change(somebody.client)


def _endpoint(client: Callable[[str, str], Any]) -> None:
    ec2 = client(NETWORK_ACCOUNT, "ec2")
    found = ec2.describe_vpc_endpoints(
        Filters=[
            {"Name": "service-name", "Values": [f"com.amazonaws.{REGION}.monitoring"]}
        ]
    )["VpcEndpoints"][0]
    policy = json.loads(found["PolicyDocument"])
    policy["Statement"][0]["Action"] = ["cloudwatch:*"]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=found["VpcEndpointId"], PolicyDocument=json.dumps(policy)
    )


def _security_group(client: Callable[[str, str], Any]) -> None:
    ec2 = client(NETWORK_ACCOUNT, "ec2")
    pages = ec2.get_paginator("describe_security_groups").paginate()
    for group in pages.build_full_result()["SecurityGroups"]:
        if any(tag["Key"] == "ManagedBy" for tag in group.get("Tags", ())):
            ec2.authorize_security_group_ingress(
                GroupId=group["GroupId"],
                IpPermissions=[
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 22,
                        "ToPort": 22,
                        "IpRanges": [{"CidrIp": _LET_IN}],
                    }
                ],
            )


def _resolver(client: Callable[[str, str], Any]) -> None:
    resolver = client(NETWORK_ACCOUNT, "route53resolver")
    endpoint = resolver.list_resolver_endpoints()["ResolverEndpoints"][0]["Id"]
    addresses = resolver.list_resolver_endpoint_ip_addresses(
        ResolverEndpointId=endpoint
    )["IpAddresses"]
    lost = min(addresses, key=lambda address: str(address["Ip"]))
    named: Mapping[str, Any] = {"ResolverEndpointId": endpoint}
    resolver.associate_resolver_endpoint_ip_address(
        **named, IpAddress={"SubnetId": lost["SubnetId"], "Ip": _OTHER_ADDRESS}
    )
    resolver.disassociate_resolver_endpoint_ip_address(
        **named, IpAddress={"IpId": lost["IpId"]}
    )


def _role(client: Callable[[str, str], Any]) -> None:
    iam = client(MANAGEMENT_ACCOUNT, "iam")
    for role in iam.list_roles()["Roles"]:
        if role["RoleName"] == OPERATOR_ROLE:
            continue
        trust = role["AssumeRolePolicyDocument"]
        trust["Statement"][0]["Condition"].pop("ArnEquals", None)
        iam.update_assume_role_policy(
            RoleName=role["RoleName"], PolicyDocument=json.dumps(trust)
        )
        iam.update_role(RoleName=role["RoleName"], Description="changed by somebody")


def _document(client: Callable[[str, str], Any]) -> None:
    ssm = client(MANAGEMENT_ACCOUNT, "ssm")
    content = json.loads(ssm.get_document(Name=_SESSIONS)["Content"])
    content["inputs"]["idleSessionTimeout"] = "60"
    made = ssm.update_document(
        Name=_SESSIONS, Content=json.dumps(content), DocumentVersion="$LATEST"
    )["DocumentDescription"]
    ssm.update_document_default_version(
        Name=_SESSIONS, DocumentVersion=made["DocumentVersion"]
    )


def _association(client: Callable[[str, str], Any]) -> None:
    ssm = client(MANAGEMENT_ACCOUNT, "ssm")
    pages = ssm.get_paginator("list_associations").paginate()
    for each in pages.build_full_result()["Associations"]:
        known = ssm.describe_association(AssociationId=each["AssociationId"])
        # Whatever an update leaves out is forgotten.
        kept = {
            name: value
            for name, value in known["AssociationDescription"].items()
            if name in _KEPT
        }
        ssm.update_association(**kept, ScheduleExpression="rate(30 days)")


def _log_groups(client: Callable[[str, str], Any]) -> None:
    logs = client(MANAGEMENT_ACCOUNT, "logs")
    pages = logs.get_paginator("describe_log_groups").paginate()
    for group in pages.build_full_result()["logGroups"]:
        logs.put_retention_policy(
            logGroupName=group["logGroupName"], retentionInDays=_OTHER_DAYS
        )
