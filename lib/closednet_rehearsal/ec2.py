"""
EC2 as the runbook meets it: endpoints, security groups, interfaces, small pages.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2 import urls
from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response

from closednet_rehearsal import endpoint_changes, endpoints
from closednet_rehearsal.endpoint_rules import checked_service
from closednet_rehearsal.endpoint_services import services
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.paging import paged
from closednet_rehearsal.propagation import unseen, written
from closednet_rehearsal.quotas import within


class RehearsalEC2Backend(EC2Backend):
    """
    moto's EC2 with the refusals that AWS makes when a resource is in use.
    """

    # moto finds urls.py through the module of the backend's class.
    _url_module = property(lambda _: urls)

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.endpoint_tokens: dict[str, tuple[str, str]] = {}

    def create_security_group(self, name: str, *args: Any, **kwargs: Any) -> Any:
        vpc_id = kwargs.get("vpc_id")
        if vpc_id is None and not kwargs.get("is_default"):
            raise Refusal("VPCIdNotSpecified", "No default VPC for this user")
        self.get_vpc(str(vpc_id))
        if not kwargs.get("is_default"):
            self._check_new_group(name, str(vpc_id))
        group = super().create_security_group(name, *args, **kwargs)
        if not kwargs.get("is_default"):
            written("ec2", group.id)
        return group

    def _check_new_group(self, name: str, vpc_id: str) -> None:
        if name.startswith("sg-"):
            raise Refusal(
                "InvalidParameterValue",
                f"Value ({name}) for parameter GroupName is invalid. Group names may "
                "not be in the format sg-*.",
            )
        within(
            "security_groups_per_region",
            sum(map(len, self.groups.values())) + 1,
            "SecurityGroupLimitExceeded",
            f"The maximum number of security groups for VPC '{vpc_id}' has been "
            "reached.",
        )

    def get_vpc(self, vpc_id: str) -> Any:
        if vpc_id not in self.vpcs:
            raise Refusal(
                "InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist"
            )
        return super().get_vpc(vpc_id)

    def describe_vpcs(
        self, vpc_ids: list[str] | None = None, filters: Any = None
    ) -> list[Any]:
        for vpc_id in vpc_ids or ():
            self.get_vpc(vpc_id)
        found: list[Any] = super().describe_vpcs(vpc_ids, filters)
        return found

    def describe_security_groups(
        self,
        group_ids: list[str] | None = None,
        groupnames: list[str] | None = None,
        filters: Any = None,
    ) -> list[Any]:
        for group_id in group_ids or ():
            self.refuse_unknown_group(group_id)
        found = super().describe_security_groups(group_ids, groupnames, filters)
        return [group for group in found if not unseen("ec2", group.id)]

    def authorize_security_group_ingress(
        self, group_name_or_id: str, *args: Any, **kwargs: Any
    ) -> Any:
        self.refuse_unknown_group(group_name_or_id)
        return super().authorize_security_group_ingress(
            group_name_or_id, *args, **kwargs
        )

    def refuse_unknown_group(self, group_id: str) -> None:
        """
        Refuse a group that is not there, or not there yet for whoever asks.
        """
        known = any(group_id in groups for groups in self.groups.values())
        if not known or unseen("ec2", group_id):
            # Resolver looks for moto's own error, and says it in its words.
            raise InvalidSecurityGroupNotFoundError(group_id)

    def describe_vpc_endpoints(
        self, vpc_end_point_ids: list[str] | None, filters: Any = None
    ) -> list[Any]:
        for endpoint_id in vpc_end_point_ids or ():
            if endpoint_id not in self.vpc_end_points or unseen("ec2", endpoint_id):
                raise Refusal(
                    "InvalidVpcEndpointId.NotFound",
                    f"The Vpc Endpoint Id '{endpoint_id}' does not exist",
                )
        found = super().describe_vpc_endpoints(vpc_end_point_ids, filters)
        return [each for each in found if not unseen("ec2", each.id)]

    def delete_security_group(
        self, name: str | None = None, group_id: str | None = None
    ) -> None:
        wanted = group_id or name
        self._refuse_default(str(wanted))
        for eni in self.enis.values():
            if wanted in {group.id for group in eni.group_set}:
                raise Refusal(
                    "DependencyViolation", f"resource {wanted} has a dependent object"
                )
        if wanted in self._groups_named_by_rules(str(wanted)):
            raise Refusal(
                "DependencyViolation", f"resource {wanted} has a dependent object"
            )
        super().delete_security_group(name, group_id)
        self.tags.pop(str(wanted), None)

    def _refuse_default(self, group_id: str) -> None:
        for groups in self.groups.values():
            if group_id in groups and groups[group_id].is_default:
                raise Refusal(
                    "CannotDelete",
                    f'the specified group: "{group_id}" name: "default" cannot be '
                    "deleted by a user",
                )

    def _groups_named_by_rules(self, but_of: str) -> set[str]:
        return {
            rule.source_group["GroupId"]
            for groups in self.groups.values()
            for group in groups.values()
            if group.id != but_of
            for rule in (*group.ingress_rules, *group.egress_rules)
            if rule.source_group.get("GroupId")
        }

    def delete_subnet(self, subnet_id: str) -> Any:
        if any(eni.subnet.id == subnet_id for eni in self.enis.values()):
            raise Refusal(
                "DependencyViolation",
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted.",
            )
        return super().delete_subnet(subnet_id)


class RehearsalEC2Response(EC2Response):
    """
    The EC2 operations that differ from moto's.
    """

    def call_action(self) -> Any:
        if str(self.params.get("DryRun", "")).lower() == "true":
            raise Refusal(
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.",
                412,
            )
        return super().call_action()

    def create_tags(self) -> ActionResult:
        for resource_id in self._get_param("Resources", []):
            if resource_id.startswith("sg-"):
                self.ec2_backend.refuse_unknown_group(resource_id)
        answer: ActionResult = super().create_tags()
        return answer

    def create_vpc_endpoint(self) -> ActionResult:
        endpoint = endpoints.create(self.ec2_backend, self.params)
        shown = {"VpcEndpoint": endpoint, "ClientToken": self._get_param("ClientToken")}
        return ActionResult(shown)

    def modify_vpc_endpoint(self) -> ActionResult:
        endpoint_changes.modify(self.ec2_backend, self.params)
        return ActionResult({"Return": True})

    def delete_vpc_endpoints(self) -> ActionResult:
        results = [
            endpoints.delete(self.ec2_backend, endpoint_id)
            for endpoint_id in self._get_param("VpcEndpointIds", [])
        ]
        return ActionResult({"Unsuccessful": [each for each in results if each]})

    def delete_network_interface(self) -> ActionResult:
        eni_id = self._get_param("NetworkInterfaceId")
        eni = self.ec2_backend.enis.get(eni_id)
        if eni is not None and eni.requester_managed:
            raise Refusal(
                "OperationNotPermitted",
                f"You are not allowed to manage the network interface {eni_id}.",
            )
        return super().delete_network_interface()

    def describe_vpc_endpoint_services(self) -> ActionResult:
        filters = self._filters_from_querystring()
        kinds = filters.get("service-type") or ()
        names = self._get_param("ServiceNames", [])
        offered = services(self.region)
        for name in names:
            if name not in {service.name for service in offered}:
                checked_service(name, "Interface", self.region)
        names = names or filters.get("service-name") or ()
        shown = [
            service.details()
            for service in offered
            if (not names or service.name in names)
            and (not kinds or service.kind in kinds)
        ]
        labels = [each["ServiceName"] for each in shown]
        return ActionResult({"ServiceDetails": shown, "ServiceNames": labels})


_PAGED = {
    "describe_vpc_endpoints": (("VpcEndpoints",), "VpcEndpointIds"),
    "describe_vpc_endpoint_services": (("ServiceDetails", "ServiceNames"), ""),
    "describe_network_interfaces": (("NetworkInterfaces",), "NetworkInterfaceIds"),
    "describe_subnets": (("Subnets",), "SubnetIds"),
    "describe_vpcs": (("Vpcs",), "VpcIds"),
    "describe_security_groups": (("SecurityGroups",), "GroupIds"),
    "describe_security_group_rules": (("SecurityGroupRules",), "SecurityGroupRuleIds"),
    "describe_route_tables": (("RouteTables",), "RouteTableIds"),
    "describe_network_acls": (("NetworkAcls",), "NetworkAclIds"),
    "describe_prefix_lists": (("PrefixLists",), "PrefixListIds"),
    "describe_managed_prefix_lists": (("PrefixLists",), "PrefixListIds"),
    "describe_transit_gateways": (("TransitGateways",), "TransitGatewayIds"),
    "describe_tags": (("Tags",), ""),
}
for _name, (_keys, _ids) in _PAGED.items():
    _describe = getattr(RehearsalEC2Response, _name)
    setattr(RehearsalEC2Response, _name, paged(_describe, *_keys, ids=_ids))
