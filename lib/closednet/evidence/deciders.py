"""
Which resources decide how a name is answered.
"""

from __future__ import annotations

from closednet.model.specs.network import endpoint_key


def of_name(name: str) -> tuple[str, ...]:
    """
    Return the logical names of everything that decides about the answer to `name`.
    """
    zone = ".".join(name.split(".")[-4:])
    service = name.partition(".")[0]
    if ".vpce." in name or zone.startswith("s3."):
        service = "s3"
    names = dict.fromkeys((name, zone))
    return (
        endpoint_key(service),
        *(f"forwarding-rule/{one}" for one in names),
        *(f"hosted-zone/{one}" for one in names),
        *(f"zone-record/{one}/A" for one in (*names, f"*.{zone}")),
        "resolver-endpoint/inbound",
    )
