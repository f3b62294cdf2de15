"""
Causes in rights: of the operator, of the nodes' role, of what both go through.
"""

from __future__ import annotations

from typing import Final

from closednet.model.causes.cause import Cause


OPERATOR: Final = "operator"
IAM: Final = "IAM administrator"
ORGANISATION: Final = "administrator of the organisation"
NETWORK: Final = "owner of the VPC"

OF_OPERATOR: Final = (
    Cause(
        "operator-lacks-right",
        "no policy of the operator allows what a step has to do",
        "attach what `closednet policies PARAMS` prints to the operator's role",
        IAM,
    ),
    Cause(
        "operator-lacks-passrole",
        "the operator may not hand the nodes' role to Systems Manager",
        "allow iam:PassRole on that role: attach what `closednet policies PARAMS"
        " --account management` prints",
        IAM,
    ),
    Cause(
        "operator-denied",
        "a policy of the operator itself denies it",
        "have whoever wrote the Deny except this action",
        IAM,
    ),
    Cause(
        "operator-boundary",
        "the permissions boundary of the operator's role does not allow it",
        "have whoever set the boundary widen it",
        IAM,
    ),
    Cause(
        "operator-session-policy",
        "the policy of the operator's session does not allow it",
        "have whoever issues the sessions widen their policy",
        IAM,
    ),
    Cause(
        "organisation-denies",
        "a policy of the organisation denies it, whatever the account allows",
        "have the organisation's policy except this action for this role",
        ORGANISATION,
    ),
    Cause(
        "resource-policy-denies",
        "the resource's own policy does not allow it",
        "have the owner of the resource add the caller to its policy",
        "owner of the resource",
    ),
    Cause(
        "endpoint-policy-stops-operator",
        "the operator's way leads through a VPC endpoint whose policy does not admit it",
        "let this machine reach the public API instead, or have the endpoint's policy"
        " widened",
        NETWORK,
    ),
    Cause(
        "operator-role-missing",
        "the role that the operator assumes does not exist",
        "mend accounts.*.role_arn, or have the role made",
        IAM,
    ),
    Cause(
        "operator-role-distrusts",
        "the role that the operator assumes does not trust the operator",
        "have the operator added to the role's trust policy",
        IAM,
    ),
    Cause(
        "wrong-account",
        "the credentials belong to another account than the parameters name",
        "use other credentials, or mend the account's number in the parameters",
        OPERATOR,
    ),
    Cause(
        "credentials-expired",
        "the operator's credentials have expired",
        "log in again, then run this step again",
        OPERATOR,
    ),
    Cause(
        "credentials-unknown",
        "AWS does not know the operator's access key: it was deleted or deactivated",
        "log in again, or have a new key made",
        OPERATOR,
    ),
    Cause(
        "region-not-enabled",
        "the Region is not enabled in this account",
        "have the account's owner enable the Region",
        OPERATOR,
    ),
    Cause(
        "credentials-missing",
        "there are no credentials on this machine",
        "set accounts.*.profile in the parameters, or log in first",
        OPERATOR,
    ),
    Cause(
        "secret-key-wrong",
        "the secret key does not belong to the access key",
        "enter the credentials again",
        OPERATOR,
    ),
)

OF_NODES: Final = (
    Cause(
        "node-role-missing",
        "the role of the managed nodes is gone: their agents get no credentials",
        "run the activation step again, which makes it anew; nodes that registered"
        " with it find it again by its name. Then restart their agents: refused,"
        " they try again only after half an hour",
        OPERATOR,
    ),
    Cause(
        "node-role-distrusts",
        "the role's trust policy does not let Systems Manager of this account and"
        " Region assume it",
        "run the activation step again, which puts the trust policy back, and"
        " restart the agents: refused, they try again only after half an hour. Ask"
        " who changed it",
        OPERATOR,
    ),
    Cause(
        "node-role-lacks-right",
        "the policies of the nodes' role lack what the agents do",
        "run the step again that writes the policy: activation for the agent itself,"
        " iam-attach for output, sessions and CloudWatch",
        OPERATOR,
    ),
    Cause(
        "node-role-boundary",
        "a permissions boundary on the nodes' role takes away what its policies allow",
        "have whoever set the boundary widen it, or take it off",
        IAM,
    ),
    Cause(
        "node-role-denied",
        "another policy on the nodes' role denies what the agents do",
        "have whoever attached the policy take the Deny out",
        IAM,
    ),
)

CAUSES: Final = (*OF_OPERATOR, *OF_NODES)
