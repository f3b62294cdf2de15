"""
How this machine reaches AWS, the DNS servers and the servers.

It says nothing about the site, so it is no part of any digest: the same plan
has the same digest on every machine.
"""

from __future__ import annotations

from pydantic import Field

from closednet.params.fields import Section


class StaticCredentials(Section):
    """
    Keys of a rehearsal; with AWS itself leave them to boto3's own chain.
    """

    access_key_id: str = Field(description="Id of the key.")
    secret_access_key: str = Field(repr=False, description="The key.")


class Connection(Section):
    """
    Endpoint, tunnels and patience of this machine.
    """

    file: str | None = Field(
        None, description="Read this section from a file instead, beside this one."
    )
    endpoint_url: str | None = Field(
        None, pattern=r"^https?://[A-Za-z0-9.:-]+/?$", description="null: AWS itself."
    )
    ca_bundle: str | None = Field(
        None, description="Certificates to trust, where a proxy opens TLS."
    )
    static_credentials: StaticCredentials | None = None
    ssh_command: tuple[str, ...] = Field(
        ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"),
        min_length=1,
        description="What stands before USER@ADDRESS COMMAND; jump hosts go here.",
    )
    sudo_password_command: tuple[str, ...] = Field(
        (),
        description="Prints the password that sudo asks users other than root for, such"
        " as [pass, show, sudo]; run once, here. Empty: sudo asks for none.",
    )
    tunnels: dict[str, str] = Field(
        {}, description="ADDRESS:PORT of the site -> ADDRESS:PORT from here."
    )
    poll_s: float = Field(
        5.0, gt=0, description="Seconds between two looks at a resource."
    )
    timeout_s: float = Field(
        900.0, gt=0, description="Longest wait for one resource, in seconds."
    )
    simulated: bool = Field(
        False, description="Says on every page that this is a rehearsal."
    )
