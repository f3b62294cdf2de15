"""
Every limit of the service models is enforced for every call that the product makes.
"""

from __future__ import annotations

import re

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from botocore import xform_name
from botocore.exceptions import ClientError

import closednet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal_aws.conftest import Aws

SERVICES = (
    *("cloudwatch", "iam", "kms", "logs", "route53", "route53resolver"),
    *("secretsmanager", "ssm"),
)
WORD = re.compile(r"\w+")
CODES = {
    "cloudwatch": "ValidationError",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "route53": "InvalidInput",
}


def called(client: Any) -> Iterator[Any]:
    """
    Yield the model of each operation of a service that the product names.
    """
    folder = Path(closednet.__file__).parent
    words = {
        word for file in folder.rglob("*.py") for word in WORD.findall(file.read_text())
    }
    model = client.meta.service_model
    for name in model.operation_names:
        if xform_name(name) in words:
            yield model.operation_model(name)


def valid(shape: Any) -> Any:
    """
    Return the least value that a shape allows.
    """
    least = int(shape.metadata.get("min", 0))
    if shape.type_name == "structure":
        members = shape.members
        return {name: valid(members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [valid(shape.member)] * least
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else fitting(shape, max(least, 1))
    plain = {"map": {}, "boolean": True, "timestamp": 1_700_000_000, "blob": b"x"}
    return plain.get(shape.type_name, least)


def fitting(shape: Any, length: int) -> str:
    """
    Return a text of that length which a shape's pattern allows, if letters do.
    """
    for letter in ("a", "1", "/"):
        text = letter * length
        pattern = shape.metadata.get("pattern")
        if not pattern or "\\p{" in pattern or re.fullmatch(pattern, text):
            return text
    return "a" * length


def broken(shape: Any) -> Iterator[tuple[Any, str]]:
    """
    Yield values that break one rule of a shape, and what the answer says then.
    """
    most, least = shape.metadata.get("max"), shape.metadata.get("min")
    if shape.type_name == "string":
        if most and int(most) <= 4096 and not shape.enum:
            yield (
                fitting(shape, int(most) + 1),
                f"have length less than or equal to {most}",
            )
        if shape.enum:
            yield "no-such-thing", f"satisfy enum value set: [{', '.join(shape.enum)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and "\\p{" not in pattern and not re.fullmatch(pattern, "¡ ?"):
            yield "¡ ?", f"satisfy regular expression pattern: {pattern}"
    if shape.type_name in {"integer", "long"} and most:
        yield int(most) + 1, f"have value less than or equal to {most}"
    if shape.type_name in {"integer", "long"} and least:
        yield int(least) - 1, f"have value greater than or equal to {least}"


def requests(operation: Any) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """
    Yield requests that break rules of all members, and what the answers say then.
    """
    shape = operation.input_shape
    if shape is None:
        return
    good = valid(shape)
    places = {n: m.serialization.get("location") for n, m in shape.members.items()}
    faults = {
        name: list(broken(member))
        for name, member in shape.members.items()
        if places[name] != "uri"
    }
    for number in range(max(map(len, faults.values()), default=0)):
        some = {name: each[number] for name, each in faults.items() if each[number:]}
        yield (
            good | {name: value for name, (value, _) in some.items()},
            [said(name, rule) for name, (_, rule) in some.items()],
        )
    missing = [name for name in shape.required_members if places[name] is None]
    if missing:
        yield (
            {name: value for name, value in good.items() if name not in missing},
            [said(name, "not be null") for name in missing],
        )


def said(name: str, rule: str) -> str:
    """
    Return what is said of a member.
    """
    lower = name[:1].lower() + name[1:]
    return f"at '{lower}' failed to satisfy constraint: Member must {rule}"


@pytest.mark.parametrize("service", SERVICES)
def test_the_model_is_enforced(unchecked: Aws, service: str) -> None:
    client = unchecked.client(service)
    tried, amiss = 0, []
    for operation in called(client):
        for params, texts in requests(operation):
            tried += 1
            try:
                getattr(client, xform_name(operation.name))(**params)
                amiss.append(f"{operation.name} accepted {params}")
            except ClientError as error:
                refused = error.response["Error"]
                good = refused["Code"] == CODES.get(service, "ValidationException")
                unsaid = [text for text in texts if text not in refused["Message"]]
                if not good or unsaid:
                    amiss.append(f"{operation.name}: {refused} lacks {unsaid}")

    assert [] == amiss
    assert tried >= 2


def test_ec2_has_words_of_its_own(unchecked: Aws) -> None:
    ec2 = unchecked.client("ec2")
    asked = {"VpcId": "vpc-0c1053d0000000001", "ServiceName": "s"}
    seen = []
    for params in (
        asked | {"VpcEndpointType": "Nope"},
        {"ServiceName": "s"},
        asked | {"DnsOptions": {"DnsRecordIpType": "ipv5"}},
    ):
        with pytest.raises(ClientError) as caught:
            ec2.create_vpc_endpoint(**params)
        seen.append(caught.value.response["Error"])
    with pytest.raises(ClientError) as caught:
        ec2.describe_security_groups(MaxResults=1001)

    assert [
        {
            "Code": "InvalidParameterValue",
            "Message": "Invalid value 'Nope' for VpcEndpointType.",
        },
        {
            "Code": "MissingParameter",
            "Message": "The request must contain the parameter VpcId",
        },
        {
            "Code": "InvalidParameterValue",
            "Message": "Invalid value 'ipv5' for DnsRecordIpType.",
        },
    ] == seen
    assert caught.value.response["Error"]["Message"]
