"""
What a change request says in English.
"""

from __future__ import annotations

from typing import Final

from closednet.render.request.english_risks import RISKS
from closednet.render.request.kinds_english import KINDS, LABELS
from closednet.render.request.vocabulary import Words


_HEAD: Final = {
    "title": "Change request: rollout at {site}",
    "title.undo": "Change request: roll back run {run} at {site}",
    "lead": "This document shows every change that is allowed by approving the digest"
    " below. When the change is applied, whatever differs from it is refused.",
    "digest": "Rollout digest",
    "banner": "REHEARSAL - simulated: no AWS, no real servers",
    "summary": "Summary",
    "summary.site": "Site",
    "summary.region": "Region",
    "summary.network": "Network account",
    "summary.management": "Management account",
    "summary.changes": "Changes",
    "summary.risks": "Risks",
    "summary.duration": "Duration, estimated",
    "summary.cost": "Running cost",
    "summary.lasting": "Rollback",
    "summary.windows": "Change window",
    "summary.approvals": "Approvals needed",
    "risks.count": "{n}, of which {g} high (see Effects on others, and risks)",
    "count.create": "{n} to create",
    "count.update": "{n} to change",
    "count.delete": "{n} to delete",
    "count.by_hand": "{n} by hand",
    "count.nothing": "nothing to do",
    "value.none": "none",
    "value.yes": "yes",
    "value.no": "no",
    "value.long": "see appendix",
    "value.more": " and {n} more",
    "time.hours": "{n} h",
    "time.minutes": "{n} min",
}

_CHANGES: Final = {
    "changes": "Changes, step by step",
    "changes.lead": "Each step is one notebook. Resources of others are never changed"
    " or deleted. {create} creates, {update} changes, {delete} deletes, {by_hand} is work of people.",
    "changes.none": "No change in this step; its claims are checked only.",
    "column.change": "change",
    "column.details": "details",
    "column.step": "step",
    "column.duration": "estimate",
    "kept": "Stays as it is ({n}):",
    "kept.adopted": "{key}: made by others, suitable, and used as it is",
    "kept.made by this runbook": "{key}: made by an earlier run, as desired",
    "kept.undone": "{key}: undone already",
    "kept.used": "{key}: used by another site ({sites}); goes when the run is undone again"
    " after that site",
    "kept.may": "{key}: another site ({sites}) may use it, which does not say what it uses",
    "calls.writes": "API operations that write: {calls}",
    "calls.reads": "API operations and permissions that read: {calls}",
    "calls.none": "No API operation writes in this step: the work is done by scripts on"
    " the servers, or by people.",
    "step.preflight": "Preflight",
    "step.endpoints": "Interface endpoints",
    "step.inbound-endpoint": "Inbound endpoint and forwarding",
    "step.hosted-zone": "Private hosted zone for S3",
    "step.activation": "Service role, tier and hybrid activation",
    "step.ssm-agent": "SSM Agent on the servers",
    "step.iam-attach": "Rights, sessions and agent updates",
    "step.cloudwatch-agent": "CloudWatch agent",
    "step.cloudwatch-verification": "Metrics and logs arrive",
    "purpose.preflight": "Proves accounts, network and servers before the first change.",
    "purpose.endpoints": "Afterwards every AWS service that the agents need has private"
    " addresses in the site's subnets.",
    "purpose.inbound-endpoint": "Afterwards the site's DNS servers forward AWS names to"
    " AWS and get private addresses.",
    "purpose.hosted-zone": "Afterwards the Regional names of S3 lead to the private"
    " endpoint.",
    "purpose.activation": "Afterwards servers can register as managed nodes, with a role"
    " of least privilege.",
    "purpose.ssm-agent": "Afterwards every server is registered once, and online.",
    "purpose.iam-attach": "Afterwards commands and sessions leave their output where"
    " operations look for it, and the agent updates itself.",
    "purpose.cloudwatch-agent": "Afterwards every server sends metrics and logs.",
    "purpose.cloudwatch-verification": "Proves that metrics and logs of every server"
    " have arrived.",
}

_MANUAL: Final = {
    "manual": "Work of people",
    "manual.lead": "This work is planned and verified here, and done by the teams.",
    "manual.none": "None.",
    "manual.dns": "When: once step 20 has created the inbound endpoint, and before step"
    " 30. Verified by asking every DNS server for every name, over UDP and TCP. The"
    " file also says how to take it back.",
    "manual.dns.undo": "When: first of all, before the inbound endpoint goes. Verified"
    " by asking every DNS server.",
    "manual.servers": "When: as soon as the step has written the script. The activation"
    " code does not stand in it; the script asks for it.",
    "manual.servers.undo": "When: before the registration is deleted.",
    "manual.firewall": "When: before the change window. Answers come back on the same"
    " connection.",
    "manual.file": "File to install: {file}",
    "who.DNS administrator": "DNS administrator",
    "who.server administrator": "Server administrator",
    "who.owner of the resource": "Owner of the resource",
    "manual.owner": "When: before the step. The plan of the step is empty for it"
    " once it suits. What the owner does is the least that is"
    " needed.",
    "manual.owner.undo": "When: whenever the owner likes.",
    "who.firewall team": "Firewall team",
    "column.work": "work",
    "column.from": "from",
    "column.to": "to",
    "column.protocol": "protocol",
    "column.port": "port",
    "column.why": "why",
    "why.AWS APIs and packages by PrivateLink": "AWS APIs and packages by PrivateLink",
    "why.the servers ask the site's DNS": "The servers ask the site's DNS",
    "why.the site's DNS forwards AWS names": "The site's DNS forwards AWS names",
}

_COSTS: Final = {
    "costs": "Cost",
    "costs.none": "This change adds no running cost.",
    "costs.total": "Together, a month",
    "costs.note": "List prices of {day} from the site's parameters, 730 hours a month."
    " Traffic and log volume come on top.",
    "cost.none": "none added",
    "cost.total": "{total} USD a month (prices of {day})",
    "cost.endpoints": "Interface endpoints, one address in each subnet",
    "cost.inbound-endpoint": "Inbound endpoint, one address in each subnet",
    "cost.hosted-zone": "Private hosted zone",
    "cost.activation": "Managed nodes of this site in the advanced-instances tier",
    "cost.cloudwatch-agent": "Custom metrics, at least",
    "price.hour": "{price} USD an hour",
    "price.month": "{price} USD a month",
    "column.item": "item",
    "column.quantity": "quantity",
    "column.price": "unit price",
    "column.month": "USD a month",
    "durations": "Duration",
    "durations.total": "Together",
    "durations.note": "Estimates for a real site. Waiting for the work of people comes"
    " on top; a run waits {waits} for it, and goes on later with the same approval.",
}

_BACK: Final = {
    "rollback": "Rollback plan",
    "rollback.undo": "This request itself is a rollback. To go forward again, plan and"
    " approve the rollout anew.",
    "rollback.lead": "A rollback undoes what the run's receipts say was done, newest"
    " first, and nothing else. It is a plan with a digest of its own, approved and"
    " applied in the same way; it refuses where somebody changed a resource since.",
    "rollback.1": "Decide to go back: a check fails, and its remedy does not help within"
    " the window.",
    "rollback.2": "The DNS administrator takes the forwarding out first.",
    "rollback.3": "closednet rollback PARAMS --run RUN_ID shows the inverse of every"
    " change and its digest.",
    "rollback.4": "With that digest approved, it is applied; every resource is then"
    " looked for again.",
    "rollback.stays": "What this rollback does not bring back:",
    "reversible.yes": "yes",
    "reversible.partly": "partly",
    "reversible.by_hand": "by hand",
    "lasting.none": "every change can be undone",
    "lasting.some": "possible; {n} changes leave something behind (see Rollback plan)",
    "lasting.association": "What the document installed on the servers stays.",
    "lasting.log-group.kept": "The log group and its events stay.",
    "lasting.log-group.deleted": "Its events are lost for good.",
    "lasting.service-setting": "Takes 30 minutes or more, and is impossible with more"
    " than 1,000 hybrid nodes. What was charged stays charged.",
    "column.undone": "undone by",
    "column.reversible": "reversible",
    "column.lasting": "what stays",
}

_APPROVING: Final = {
    "approvals": "Approval",
    "approvals.after": "An approval holds for exactly this plan. Once one byte of"
    " parameters, targets, notebooks or library differs, or the world has moved, apply"
    " refuses and names what differs.",
    "approvals.how": "To apply it, with the digest of this page:",
    "approvals.how.signed": "To approve, each with their own SSH key; then to apply:",
    "approvals.command": "closednet apply PARAMS --approve {digest}",
    "approvals.command.signed": "closednet approve change-request.json --as YOU@EXAMPLE"
    " --key ~/.ssh/id_ed25519 --digest {digest}\n"
    "closednet apply PARAMS --plan change-request.json --approve {digest}",
    "demand.digest": "No signature is demanded: whoever may approve gives back the"
    " rollout digest.",
    "demand.signed": "{n} signatures by allowed signers, each good for {hours} hours.",
    "demand.role": "Among them {n} in the role {role}.",
    "windows": "Changes may begin only within {windows}.",
    "windows.one": "{begins} to {ends}",
    "windows.none": "No change window is set.",
    "digests": "What an approval covers",
    "digests.lead": "The rollout digest covers site, accounts, parameters and every"
    " change. A signature covers the other digests too.",
    "digests.settings": "Parameters, as they are understood",
    "digests.of": "Files: {what}",
    "group.parameters": "Files of parameters",
    "group.targets": "Targets",
    "group.notebooks": "Notebooks",
    "group.library": "Library",
    "files": "{n} parts",
    "column.role": "role",
    "column.required": "needed",
    "column.signers": "who may sign",
    "column.steps": "for the steps",
    "column.what": "what",
    "column.digest": "digest",
    "column.parts": "made of",
    "appendix": "Appendix: policies and configurations",
    "appendix.lead": "In full where they are new; as a difference where they change.",
}

ENGLISH: Final = Words(
    "en",
    _HEAD | _CHANGES | _MANUAL | _COSTS | _BACK | _APPROVING | RISKS,
    KINDS,
    LABELS,
)
