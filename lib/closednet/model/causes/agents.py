"""
Causes in the agents: their package, their registration, their service.
"""

from __future__ import annotations

from typing import Final

from closednet.model.causes.cause import Cause


OPERATOR: Final = "operator"
ADMINISTRATOR: Final = "server administrator"
NETWORK: Final = "owner of the VPC"
AGAIN: Final = (
    "run the activation step again, which makes a new activation, then this one"
)

PACKAGE: Final = (
    Cause(
        "package-tampered",
        "the agent's package is not what its signature was made for",
        "do not install it; fetch it by another road, compare both, and ask who can"
        " write on the way",
        OPERATOR,
    ),
    Cause(
        "package-forbidden",
        "the policy of the S3 endpoint does not admit the bucket of the agent's packages",
        "have s3:GetObject on AWS's own buckets added to the endpoint's policy",
        NETWORK,
    ),
    Cause(
        "package-not-there",
        "AWS's bucket has no such version of the agent for this system",
        "mend ssm_agent.version in the parameters, then plan again",
        OPERATOR,
    ),
    Cause(
        "package-truncated",
        "the download of the agent's package breaks off",
        "look for a proxy or an inspecting firewall on the way, and for a wrong MTU",
        "firewall team",
    ),
    Cause(
        "signing-key-expired",
        "the key beside the parameters, which AWS signed its packages with, is expired",
        "take the current key from AWS's page on verifying the SSM Agent, and set"
        " file and fingerprint together",
        OPERATOR,
    ),
    Cause(
        "signing-key-other",
        "the key beside the parameters has another fingerprint than they say",
        "compare both with AWS's page on verifying the SSM Agent, and set file and"
        " fingerprint together",
        OPERATOR,
    ),
)

REGISTRATION: Final = (
    Cause("activation-expired", "the activation has expired", AGAIN, OPERATOR),
    Cause(
        "activation-exhausted",
        "as many servers registered with the activation as it allows",
        "raise activation.registration_limit if servers were added; then " + AGAIN,
        OPERATOR,
    ),
    Cause(
        "activation-unknown",
        "this account and Region have no activation of the id in the secret store: it"
        " was deleted, or belongs to another Region",
        AGAIN,
        OPERATOR,
    ),
    Cause(
        "activation-code-wrong",
        "the code in the secret store is not the one of the activation",
        AGAIN + "; ask who writes to the secret store",
        OPERATOR,
    ),
    Cause(
        "tier-node-limit",
        "the standard tier is full: it takes 1000 nodes in an account and Region",
        "agree on the advanced tier, or deregister nodes that are gone",
        OPERATOR,
    ),
    Cause(
        "node-deregistered",
        "somebody deregistered the node; the server still believes in it",
        "clear the server with `amazon-ssm-agent -register -clear`, then run the"
        " activation and the ssm-agent step again",
        OPERATOR,
    ),
    Cause(
        "node-registered-twice",
        "AWS lists the server more than once: it was registered again",
        "deregister the managed node that is not online",
        OPERATOR,
    ),
    Cause(
        "fingerprint-mismatch",
        "the server is not the machine that registered: its machine id or hardware"
        " changed, or it is a clone",
        "clear it with `amazon-ssm-agent -register -clear`, then run the activation"
        " and the ssm-agent step again",
        ADMINISTRATOR,
    ),
)

SERVICE: Final = (
    Cause(
        "ssm-agent-masked",
        "somebody forbade the SSM Agent to start: its service is masked",
        "ask who did that; then `systemctl unmask amazon-ssm-agent`",
        ADMINISTRATOR,
    ),
    Cause(
        "ssm-agent-crash-loops",
        "the SSM Agent ends as soon as it starts, again and again",
        "read `journalctl -u amazon-ssm-agent`; install the package anew if its"
        " program is damaged",
        ADMINISTRATOR,
    ),
    Cause(
        "ssm-agent-stopped",
        "the SSM Agent was stopped",
        "start it: `systemctl enable --now amazon-ssm-agent`",
        ADMINISTRATOR,
    ),
    Cause(
        "ssm-agent-without-home",
        "the SSM Agent's service has no HOME, where it keeps its credentials",
        "take the drop-in away that unsets HOME, then restart the agent",
        ADMINISTRATOR,
    ),
    Cause(
        "selinux-denies-credentials",
        "SELinux does not let the SSM Agent write its credentials",
        "restorecon -R /root/.aws; if it goes on, allow what audit.log says was"
        " denied; never switch SELinux off for it",
        ADMINISTRATOR,
    ),
    Cause(
        "credentials-unwritable",
        "the SSM Agent may not write its credentials, and no security module denied it",
        "look at owner, mode and attributes (lsattr) of /root/.aws",
        ADMINISTRATOR,
    ),
)

CLOUDWATCH: Final = (
    Cause(
        "cloudwatch-agent-masked",
        "somebody forbade the CloudWatch agent to start: its service is masked",
        "ask who did that; then `systemctl unmask amazon-cloudwatch-agent`",
        ADMINISTRATOR,
    ),
    Cause(
        "cloudwatch-agent-stopped",
        "the CloudWatch agent does not run",
        "run the cloudwatch-agent step again, or start its service",
        ADMINISTRATOR,
    ),
    Cause(
        "cloudwatch-profile-missing",
        "common-config.toml names a profile that the credentials file does not have",
        "run the cloudwatch-agent step again, which puts the profile's name back",
        OPERATOR,
    ),
    Cause(
        "cloudwatch-credentials-not-reread",
        "the CloudWatch agent keeps credentials that have expired, because"
        " common-config.toml does not name a file for it to read again",
        "run the cloudwatch-agent step again, which writes common-config.toml",
        OPERATOR,
    ),
    Cause(
        "log-file-missing",
        "a log file that is to be collected does not exist on the server",
        "install what writes it (rsyslog), or collect another file: mend"
        " cloudwatch.logs in the parameters",
        ADMINISTRATOR,
    ),
)

CAUSES: Final = (*PACKAGE, *REGISTRATION, *SERVICE, *CLOUDWATCH)
