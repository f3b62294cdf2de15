"""
Managed nodes as an operator sees them.
"""

from __future__ import annotations

from typing import Any

from tests.rehearsal_ssm.agents import Agent, join
from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.wires import ROLE, Cloud


def _ids(client: Any, *filters: tuple[str, list[str]]) -> list[str]:
    wanted = [{"Key": key, "Values": values} for key, values in filters]
    pages = client.get_paginator("describe_instance_information").paginate(
        Filters=wanted, PaginationConfig={"PageSize": 5}
    )
    return list(pages.search("InstanceInformationList[].InstanceId"))


def test_a_silent_node_loses_its_connection(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    cloud.wait(901)

    assert [agent.node_id] == _ids(client, ("PingStatus", ["ConnectionLost"]))
    agent.ping()
    assert [agent.node_id] == _ids(client, ("PingStatus", ["Online"]))


def test_nodes_come_in_small_pages(cloud: Cloud, client: Any) -> None:
    joined = [join(cloud, f"web{number:02}").node_id for number in range(7)]
    first = client.describe_instance_information(MaxResults=50)

    assert 5 == len(first["InstanceInformationList"])
    assert joined == _ids(client)
    with refused("ValidationException", "greater than or equal to 5"):
        client.describe_instance_information(MaxResults=4)


def test_later_pages_are_as_long_as_asked_for(cloud: Cloud, client: Any) -> None:
    """
    A fleet is read in as many calls as AWS would need, but for the first page.
    """
    for number in range(12):
        join(cloud, f"web{number:02}")
    listing = client.get_paginator("describe_instance_information")

    for size, expected in ((50, [5, 7]), (5, [5, 5, 2])):
        pages = listing.paginate(PaginationConfig={"PageSize": size})
        assert expected == [len(page["InstanceInformationList"]) for page in pages]


def test_nodes_are_filtered(cloud: Cloud, agent: Agent, client: Any) -> None:
    other = join(cloud, "web02", Tags=[{"Key": "site", "Value": "osaka"}])

    assert [other.node_id] == _ids(client, ("tag:site", ["osaka", "tokyo"]))
    assert [other.node_id] == _ids(client, ("tag-key", ["site"]))
    assert [agent.node_id] == _ids(client, ("InstanceIds", [agent.node_id]))
    assert 2 == len(_ids(client, ("IamRole", [ROLE]), ("PlatformType", ["Linux"])))


def test_filters_are_checked(client: Any, agent: Agent) -> None:
    with refused("ValidationException", "cannot be combined"):
        _ids(client, ("tag:site", ["x"]), ("PingStatus", ["Online"]))
    with refused("InvalidFilterKey"):
        _ids(client, ("Colour", ["red"]))
    with refused("InvalidInstanceInformationFilterValue"):
        _ids(client, ("PingStatus", ["Sleeping"]))
    with refused("InvalidInstanceId"):
        _ids(client, ("InstanceIds", ["mi-00000000000000000"]))
    with refused("ValidationException", "cannot be combined"):
        client.describe_instance_information(
            Filters=[{"Key": "PingStatus", "Values": ["Online"]}],
            InstanceInformationFilterList=[
                {"key": "PingStatus", "valueSet": ["Online"]}
            ],
        )


def test_properties_tell_the_same(agent: Agent, client: Any) -> None:
    wanted = [{"key": "InstanceIds", "valueSet": [agent.node_id]}]
    answer = client.describe_instance_properties(InstancePropertyFilterList=wanted)
    (shown,) = answer["InstanceProperties"]

    assert ("Online", "web01") == (shown["PingStatus"], shown["ComputerName"])


def test_a_deregistered_node_is_gone(agent: Agent, client: Any) -> None:
    client.deregister_managed_instance(InstanceId=agent.node_id)

    assert [] == _ids(client)
    with refused("InvalidInstanceId"):
        client.deregister_managed_instance(InstanceId=agent.node_id)


def test_a_node_changes_its_role(cloud: Cloud, agent: Agent, client: Any) -> None:
    cloud.roles["other"] = cloud.roles[ROLE]
    client.update_managed_instance_role(InstanceId=agent.node_id, IamRole="other")
    agent.get_token()
    token = cloud.app.token_for(agent.token["AccessKeyId"])

    assert token is not None
    assert "other" == token.role_name
    with refused("ValidationException", "Nonexistent role"):
        client.update_managed_instance_role(InstanceId=agent.node_id, IamRole="no")


def test_tags_come_and_go(agent: Agent, client: Any) -> None:
    node: dict[str, Any] = {
        "ResourceType": "ManagedInstance",
        "ResourceId": agent.node_id,
    }
    client.add_tags_to_resource(**node, Tags=[{"Key": "a", "Value": "1"}])
    client.add_tags_to_resource(**node, Tags=[{"Key": "b", "Value": "2"}])
    client.remove_tags_from_resource(**node, TagKeys=["a", "absent"])
    left = client.list_tags_for_resource(**node)["TagList"]

    assert [{"Key": "b", "Value": "2"}] == left
    with refused("InvalidResourceId"):
        client.list_tags_for_resource(
            ResourceType="ManagedInstance", ResourceId="mi-00000000000000000"
        )
    with refused("InvalidResourceType"):
        client.list_tags_for_resource(ResourceType="OpsItem", ResourceId="x")


def test_the_connection_follows_the_agent(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    def status() -> str:
        return str(client.get_connection_status(Target=agent.node_id)["Status"])

    assert "connected" == status()
    cloud.wait(120)
    assert "notconnected" == status()
    agent.messages()
    assert "connected" == status()
    unknown = client.get_connection_status(Target="mi-00000000000000000")
    assert "notconnected" == unknown["Status"]
