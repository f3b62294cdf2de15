"""
Names, users and risks in English.
"""

from __future__ import annotations

from typing import Final


RISKS: Final = {
    "effects": "Effects on others, and risks",
    "names": "Names that are answered otherwise afterwards",
    "names.lead": "Two groups of systems ask for these names: everything in VPC {vpc},"
    " and everything at the site that asks the DNS servers {servers}.",
    "taken.endpoint": "private DNS of an interface endpoint",
    "taken.zone": "private hosted zone",
    "today.public": "public addresses",
    "today.private": "private addresses",
    "today.both": "differs from server to server",
    "today.none": "no answer",
    "today.unknown": "could not be asked",
    "affected.endpoint": "all of VPC {vpc}; all that ask {servers}",
    "affected.zone": "all of VPC {vpc}; all that ask {servers}; every bucket below it",
    "users": "Systems of others in VPC {vpc}, by their network interfaces:",
    "users.sort": "{n} of sort {sort}",
    "users.none": "No network interface of others was seen in VPC {vpc}.",
    "zones": "Zones of others that VPC {vpc} sees already:",
    "column.name": "name",
    "column.taken_by": "answered by",
    "column.today": "today at the site",
    "column.affected": "who notices",
    "risks": "Risks",
    "risks.none": "None known.",
    "column.level": "level",
    "column.risk": "risk",
    "column.effect": "what may happen",
    "column.measure": "what is done about it",
    "level.high": "high",
    "level.medium": "medium",
    "level.low": "low",
    "risk.private-dns": "Other systems in the VPC are sent to the new endpoints",
    "effect.private-dns": "From the moment an endpoint is available, everything in VPC"
    " {vpc} gets its private addresses for {names}. The endpoints admit {sources} only,"
    " and their policies allow what the agents need: other systems there that call these"
    " services would be refused. Interfaces of others seen: {users}.",
    "measure.private-dns": "Ask the owners of systems in this VPC before approving. A"
    " rollback of step 10 restores the old answers.",
    "risk.hosted-zone": "Other users of S3 are sent to the new endpoint",
    "effect.hosted-zone": "The zone {zone} hides the public names of S3 in this Region"
    " from VPC {vpc} and from whoever asks the site's DNS. The endpoint's policy allows"
    " bucket {bucket} and the buckets of the agents; access to others is refused.",
    "measure.hosted-zone": "Ask the owners of backups and software distribution that use"
    " S3. A rollback of step 30 restores the public names.",
    "risk.endpoint-names-inbound": "Other users of S3 at the site are sent to the new"
    " endpoint",
    "effect.endpoint-names-inbound": "{zone} and every name below it lead to the endpoint"
    " for whoever asks VPC {vpc} through its inbound endpoint; the VPC's own systems"
    " notice nothing. The endpoint's policy allows bucket {bucket} and the buckets of the"
    " agents; access to others is refused.",
    "measure.endpoint-names-inbound": "Ask the owners of backups and software"
    " distribution at the site that use S3. A rollback of step 30 restores the public"
    " names.",
    "risk.endpoint-names-vpc": "Other users of S3 are sent to the new endpoint",
    "effect.endpoint-names-vpc": "{zone} and every name below it lead to the endpoint for"
    " everything in VPC {vpc} and for the site. Interfaces of others seen: {users}. The"
    " endpoint's policy allows bucket {bucket} and the buckets of the agents; access to"
    " others is refused, and traffic to S3 is charged by the endpoint.",
    "measure.endpoint-names-vpc": "Ask the owners of systems in this VPC, or choose"
    " name_resolution.s3: endpoint-private-dns-inbound-only.",
    "risk.names-move": "The answer for S3 moves from one place to another",
    "effect.names-move": "AWS allows only one of them at a time. For some minutes VPC"
    " {vpc} answers {zone} publicly, or not at all, to its own systems (interfaces of"
    " others seen: {users}); the site gets its answers from {servers} meanwhile.",
    "measure.names-move": "Nothing is taken away before the site's DNS servers answer by"
    " themselves. Choose a window in which systems of the VPC can do without S3.",
    "risk.forwarding-narrow": "Everything at the site gets these names from AWS",
    "effect.forwarding-narrow": "The DNS servers {servers} forward {zones} to {targets}"
    " for all of their clients, and nowhere else while these are silent.",
    "measure.forwarding-narrow": "Only the names of the services in use are forwarded."
    " The DNS administrator can take the file out at any time.",
    "risk.forwarding-broad": "Everything at the site gets all names of the Region from"
    " AWS",
    "effect.forwarding-broad": "The DNS servers {servers} forward {zones} to {targets}"
    " for all of their clients: every AWS service of the Region depends on the private"
    " link from then on.",
    "measure.forwarding-broad": "Consider name_resolution.forwarding: narrow, which"
    " forwards only the services in use.",
    "risk.cost-begins": "Costs begin with the change",
    "effect.cost-begins": "{services} interface endpoints are charged by the hour from"
    " the moment they exist.",
    "measure.cost-begins": "The cost is listed below; a rollback ends it.",
    "risk.tier": "The tier holds for the whole account and Region",
    "effect.tier": "The tier of managed nodes in account {account}, Region {region},"
    " becomes {value}: every hybrid node there, also of other teams, is charged {price}"
    " USD an hour.",
    "measure.tier": "Agreed to by consents in the parameters. Going back takes 30 minutes"
    " or more.",
    "risk.session-preferences": "Session preferences hold for the whole account and"
    " Region",
    "effect.session-preferences": "Sessions to every node of account {account}, Region"
    " {region}, also EC2 instances, are encrypted and logged as planned here, and end"
    " after {idle} idle minutes.",
    "measure.session-preferences": "Agreed to by consents in the parameters; what else"
    " the document says is left alone, and a rollback restores it.",
    "risk.preferences-of-others": "Another site needs the session preferences as they are",
    "effect.preferences-of-others": "Sites {sites} of account {account} have sessions"
    " encrypted with {key} and logged to {group}: their sessions, and their checks, would"
    " go by the new ones, or fail.",
    "measure.preferences-of-others": "There is one document for the account and Region:"
    " give all of its sites the same key and log group, then plan again.",
    "risk.activation": "Whoever has the activation code can register a server",
    "effect.activation": "Up to {limit} servers can register within {hours} hours.",
    "measure.activation": "The code is shown nowhere and lies in one store only"
    " ({store}); the number is that of the parameters.",
    "risk.access-key": "A long-lived access key comes to the servers",
    "effect.access-key": "The key of IAM user {user} is valid until somebody deletes it.",
    "measure.access-key": "Its policy allows metrics and logs only. Consider"
    " cloudwatch.credentials: ssm-role, which needs no key.",
    "risk.root": "Rights in AWS become rights on the servers",
    "effect.root": "Whoever may call ssm:SendCommand or ssm:StartSession in account"
    " {account} has full rights on every server of the site.",
    "measure.root": "Limit these actions to few roles. Commands and sessions are logged.",
    "risk.agents": "Software is installed on servers in operation",
    "effect.agents": "Two agents come to {hosts} servers. No server is restarted, and no"
    " other service.",
    "measure.agents": "One server first, then {at_once} at a time; with more than"
    " {errors} failures no further server is begun. Signatures are checked.",
    "risk.logs-go": "A rollback deletes log events",
    "effect.logs-go": "Going back deletes {groups} with all their events.",
    "measure.logs-go": "Set rollout.delete_logs_on_rollback to false to keep them.",
    "risk.removal": "Resources are deleted",
    "effect.removal": "{number} resources of run {run} go; servers that depend on them"
    " are no longer managed, and send no metrics and logs.",
    "measure.removal": "Only what the run's receipts name, and only if nobody changed it"
    " since.",
    "risk.adopted": "The site depends on resources of others",
    "effect.adopted": "These are used as they are, and others may change or delete them:"
    " {names}.",
    "measure.adopted": "Tell their owners. closednet verify notices when they change.",
    "risk.short-window": "The change window is shorter than the estimate",
    "effect.short-window": "The window {window} is shorter than {minutes} minutes: steps"
    " that have not begun when it closes are refused.",
    "measure.short-window": "Ask for a longer window, or for a second one to go on in.",
}
