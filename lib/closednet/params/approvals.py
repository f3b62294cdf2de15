"""
Who approves a rollout, how many of them, for how long, and when it may run.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from closednet.params.fields import Section


Signer = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.+@][A-Za-z0-9_.+@-]{0,126}$",
        examples=["hanako@example.co.jp"],
    ),
]
Moment = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
        r"(Z|[+-][0-9]{2}:[0-9]{2})$",
        examples=["2026-12-05T22:00:00+09:00"],
    ),
]
StepName = Literal[
    "endpoints",
    "inbound-endpoint",
    "hosted-zone",
    "activation",
    "ssm-agent",
    "iam-attach",
    "cloudwatch-agent",
]


class ApprovalRole(Section):
    """
    People whose approval some steps need, whoever else approved.
    """

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,30}$", description="Such as network or security."
    )
    signers: tuple[Signer, ...] = Field(
        min_length=1, description="Who may approve in this role."
    )
    required: int = Field(1, ge=1, le=20, description="How many of them have to.")
    steps: tuple[StepName, ...] = Field(
        min_length=1, description="The steps that need it, if they change anything."
    )


class ChangeWindow(Section):
    """
    A time in which changes may be made.
    """

    begins: Moment = Field(description="Its first moment, with the time zone.")
    ends: Moment = Field(description="Its last moment; no step is begun after it.")


class Approvals(Section):
    """
    Whose signatures a rollout needs; by default a digest alone is enough.
    """

    allowed_signers: str | None = Field(
        None,
        description="File with the approvers' public SSH keys (man ssh-keygen, ALLOWED"
        " SIGNERS), from this file.",
    )
    required: int = Field(
        0, ge=0, le=20, description="How many people must sign; 0: the digest does."
    )
    roles: tuple[ApprovalRole, ...] = Field(
        (), description="Whose signature some steps need besides."
    )
    valid_hours: float = Field(
        72, gt=0, le=8760, description="How long a signature is good."
    )
    windows: tuple[ChangeWindow, ...] = Field(
        (), description="When changes may be made; none given: at any time."
    )
    rollback: Literal["same", "digest"] = Field(
        "same", description="digest: going back needs no signature and no window."
    )
    folder: str = Field(
        "approvals", description="Where signed approvals are found, from this file."
    )

    @property
    def signed(self) -> bool:
        """
        Whether anybody has to sign at all.
        """
        return bool(self.required or self.roles)
