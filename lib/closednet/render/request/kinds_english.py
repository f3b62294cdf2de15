"""
Changes and fields in English.
"""

from __future__ import annotations

from typing import Final

from closednet.render.request.vocabulary import Verbs


def _verbs(noun: str) -> Verbs:
    return Verbs(f"Create {noun}", f"Change {noun}", f"Delete {noun}")


KINDS: Final = {
    "SecurityGroup": _verbs("the security group {name} in VPC {vpc_id}"),
    "InterfaceEndpoint": _verbs(
        "the interface endpoint for {service} in VPC {vpc_id}",
    ),
    "ResolverEndpoint": _verbs(
        "the Route 53 Resolver inbound endpoint {name} in VPC {vpc_id}"
    ),
    "ForwardingRule by hand": Verbs(
        "Forward {zone} to {targets} on the DNS servers {servers} ({file})",
        "Change the forwarding of {zone} on the DNS servers {servers}",
        "Take the forwarding of {zone} out of the DNS servers {servers}",
    ),
    "HostedZone": _verbs("the private hosted zone {name} for VPC {vpc_id}"),
    "ZoneRecord": _verbs("the alias record {name} ({type}), which leads to {target}"),
    "ZoneAuthorization": Verbs(
        "Give leave to associate VPC {vpc_id} with the zone {zone}",
        "Give leave again to associate VPC {vpc_id} with the zone {zone}",
        "Take back the leave to associate VPC {vpc_id} with the zone {zone}",
    ),
    "ZoneAssociation": Verbs(
        "Associate VPC {vpc_id} with the zone {zone} of account {owner}",
        "Associate VPC {vpc_id} with the zone {zone} of account {owner} anew",
        "Take VPC {vpc_id} out of the zone {zone} of account {owner}",
    ),
    "InterfaceEndpoint by hand": Verbs(
        "Have the owner change the interface endpoint for {service} in VPC {vpc_id}",
        "Have the owner change the interface endpoint for {service} in VPC {vpc_id}",
        "Have the owner change the interface endpoint for {service} in VPC {vpc_id}",
    ),
    "ResolverEndpoint by hand": Verbs(
        "Have the owner change the inbound endpoint {name} in VPC {vpc_id}",
        "Have the owner change the inbound endpoint {name} in VPC {vpc_id}",
        "Have the owner change the inbound endpoint {name} in VPC {vpc_id}",
    ),
    "Role by hand": Verbs(
        "Have the owner of the role {name} let Systems Manager assume it",
        "Have the owner of the role {name} let Systems Manager assume it",
        "Have the owner of the role {name} let Systems Manager assume it",
    ),
    "LogGroup by hand": Verbs(
        "Have the owner of the log group {name} k"
        "eep its events for {retention_days} days",
        "Have the owner of the log group {name} k"
        "eep its events for {retention_days} days",
        "Have the owner of the log group {name} k"
        "eep its events for {retention_days} days",
    ),
    "FormerKey": Verbs(
        "Nothing: the former access key of the IAM user {user} is gone",
        "Nothing: the former access key of the IAM user {user} is gone",
        "Delete the former access key of the IAM user {user}, which no server uses",
    ),
    "GatewayEndpoint": _verbs(
        "the gateway endpoint for {service} in VPC {vpc_id}, without any route"
    ),
    "EndpointNames": Verbs(
        "Let the endpoint for {service} in VPC {vpc_id} answer its names ({answers})",
        "Change for whom the endpoint for {service} in VPC {vpc_id} answers its names"
        " ({answers})",
        "Let the endpoint for {service} in VPC {vpc_id} answer its names no more",
    ),
    "NameOverride": Verbs(
        "Let the DNS servers {servers} answer {zone} themselves",
        "Change what the DNS servers {servers} answer for {zone}",
        "Let the DNS servers {servers} forward {zone} again",
    ),
    "NameOverride by hand": Verbs(
        "Let the DNS servers {servers} answer {zone} themselves, with the file of the"
        " handover folder",
        "Change what the DNS servers {servers} answer for {zone}",
        "Let the DNS servers {servers} forward {zone} again, with the forwarder's file",
    ),
    "Role": _verbs("the service role {name} of the managed nodes"),
    "RolePolicy": _verbs("the inline policy {name} of the role {role}"),
    "ServiceSetting": Verbs(
        "Set {setting} to {value}, for the whole account and Region",
        "Set {setting} to {value}, for the whole account and Region",
        "Reset {setting} to its default, for the whole account and Region",
    ),
    "Activation": Verbs(
        "Create a hybrid activation for up to {limit} servers, valid for"
        " {expires_in_hours} hours",
        "Replace the hybrid activation by one for up to {limit} servers, valid for"
        " {expires_in_hours} hours",
        "Delete the hybrid activation; registered servers stay registered",
    ),
    "WaveActivation": Verbs(
        "Create a hybrid activation for wave {wave}, when its turn comes",
        "Replace the hybrid activation of wave {wave}",
        "Delete the hybrid activation of wave {wave}; registered servers stay registered",
    ),
    "LogGroup": _verbs("the log group {name}, kept for {retention_days} days"),
    "SessionPreferences": Verbs(
        "Create the session preferences of the whole account and Region",
        "Change the session preferences of the whole account and Region",
        "Delete the session preferences of the whole account and Region",
    ),
    "Association": _verbs("the association {name}, which runs {document}: {schedule}"),
    "CloudWatchUser": _verbs("the IAM user {name} for the CloudWatch agent"),
    "AccessKey": Verbs(
        "Create an access key of the IAM user {user}; its secret goes into the store",
        "Replace the access key of the IAM user {user}",
        "Delete the access key of the IAM user {user}, and its secret",
    ),
    "SsmAgentPackage": Verbs(
        "Install the SSM Agent on server {host}, once its signature is found good",
        "Update the SSM Agent on server {host}, once its signature is found good",
        "Remove the SSM Agent from server {host}",
    ),
    "Registration": Verbs(
        "Register server {host} as a managed node",
        "Register server {host} anew as a managed node",
        "Deregister server {host}: it is no managed node any more",
    ),
    "SsmAgentService": Verbs(
        "Enable and start the SSM Agent's service on server {host}",
        "Enable and start the SSM Agent's service on server {host}",
        "Stop and disable the SSM Agent's service on server {host}",
    ),
    "CloudWatchAgentPackage": Verbs(
        "Install the CloudWatch agent on server {host} by Run Command",
        "Update the CloudWatch agent on server {host} by Run Command",
        "Remove the CloudWatch agent from server {host} by Run Command",
    ),
    "CloudWatchCredentials": Verbs(
        "Tell the CloudWatch agent on server {host} which credentials it uses: {mode}",
        "Change the credentials of the CloudWatch agent on server {host} to {mode}",
        "Take the credentials of the CloudWatch agent off server {host}",
    ),
    "AgentConfigParameter": _verbs(
        "the parameter {name} with the CloudWatch agent's configuration"
    ),
    "CloudWatchConfig": Verbs(
        "Configure and start the CloudWatch agent on server {host}",
        "Change the configuration of the CloudWatch agent on server {host}",
        "Stop the CloudWatch agent on server {host} and take back its configuration",
    ),
    "by hand": Verbs(
        "Carry {file} to server {host}, run it there with full rights, and hand back"
        " what it printed as handover/{host}.txt",
        "Carry {file} to server {host} again",
        "Take back on server {host} what {file} did",
    ),
}

LABELS: Final = {
    "account": "account",
    "activation": "activation",
    "wave": "wave",
    "hosts": "servers",
    "addresses": "addresses",
    "description": "description",
    "dns_record_type": "DNS record type",
    "document": "document",
    "expires_in_hours": "valid for (hours)",
    "file": "file",
    "host": "server",
    "idle_timeout_minutes": "idle timeout (minutes)",
    "ingress": "admits",
    "ip": "address",
    "ip_address_type": "IP address type",
    "kms_key_arn": "KMS key",
    "limit": "servers at most",
    "log_group": "log group",
    "log_group_encrypted": "log group must be encrypted",
    "max_concurrency": "servers at a time",
    "max_errors": "errors at most",
    "uses": "shared with other sites",
    "by": "registered by",
    "tier": "tier of Parameter Store",
    "minimum": "oldest version accepted",
    "mode": "credentials",
    "name": "name",
    "parameters": "parameters",
    "policy": "endpoint policy",
    "port": "port",
    "private_dns": "private DNS",
    "profile": "profile",
    "protocol": "protocol",
    "protocols": "protocols",
    "region": "Region",
    "retention_days": "kept for (days)",
    "role": "role",
    "schedule": "schedule",
    "secret": "secret in the store",
    "security_group": "security group",
    "owner": "owner",
    "rotation": "rotation",
    "answers": "answers for",
    "servers": "DNS servers",
    "service": "service",
    "setting": "setting",
    "signed_by": "signed by",
    "source": "source",
    "sources": "from",
    "stream_logs": "stream session logs",
    "subnet": "subnet",
    "subnets": "subnets",
    "target": "leads to",
    "target_tag": "target tag",
    "target_value": "target value",
    "targets": "to",
    "text": "configuration",
    "trust": "trust policy",
    "type": "type",
    "user": "user",
    "value": "value",
    "version": "version",
    "vpc_id": "VPC",
    "zone": "zone",
}
