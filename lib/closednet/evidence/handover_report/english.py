"""
What a hand-over report says in English.
"""

from __future__ import annotations

from typing import Final

from closednet.evidence.handover_report.vocabulary import ReportWords
from closednet.render.request.english import ENGLISH as REQUEST


_HEAD: Final = {
    "report.title": "Hand-over report: {site}",
    "report.title.undo": "Hand-over report: {site}, run {run} rolled back",
    "report.lead": "What was approved, what was done, and how each result was proven, in"
    " run {run}. Every line follows from the sealed archive that this page is part of.",
    "verdict.whole": "Complete: every check passed and nothing is left to do.",
    "verdict.open": "Done, with {n} open points: see Open points.",
    "verdict.failed": "Not complete: {failed} checks failed, {n} open points.",
    "figure.requirements": "requirements proven",
    "figure.steps": "steps",
    "figure.checks": "checks passed",
    "figure.changes": "changes made",
    "figure.deviations": "deviations",
    "figure.open": "open points",
    "about": "Who ran it, where, when",
    "about.run": "Run",
    "about.period": "Period",
    "about.operator": "Operator (login)",
    "about.machine": "Machine",
    "about.caller": "Called AWS as",
    "about.calls": "Calls to AWS",
    "about.calls.count": "{n}, of which {w} write",
    "about.params": "Digest of the parameters",
}

_APPROVED: Final = {
    "approved": "Who approved it",
    "approved.none": "Nothing had to be approved: this run changed nothing.",
    "approved.changes": "{n} changes",
    "approved.digest": "gave back the digest",
    "approved.ssh-signatures": "signed with their SSH keys",
    "approved.proof": "Each change below stands in a plan with such a digest. verify.py in"
    " the archive checks that for every one of them.",
    "column.approved.what": "approves",
    "column.approver": "approver",
    "column.how": "how",
    "column.first_used": "first used (UTC)",
    "column.roles": "roles",
    "column.key": "key",
    "column.signed_at": "signed (UTC)",
    "column.expires_at": "holds until (UTC)",
    "column.counts": "counted",
}

_DONE: Final = {
    "when": "When it was done",
    "when.none": "No step was begun.",
    "when.picture": "Steps over time (UTC); each brown line is a change.",
    "column.began": "began (UTC)",
    "column.ended": "ended (UTC)",
    "column.made": "changes",
    "column.checks": "checks",
    "made": "What was changed",
    "made.none": "Nothing was changed.",
    "made.lead": "In the order in which it was done. Fields in full stand in the change"
    " request in the archive, receipts in receipts/.",
    "column.at": "at (UTC)",
    "column.id": "id",
    "people": "Work of people, and who confirmed it",
    "people.none": "No work of people was part of this run.",
    "people.lead": "Nobody's word is taken for it: work is confirmed when it shows from"
    " outside, by the checks of its step.",
    "people.waits": "waiting",
    "people.checks": "{p} of {n} checks of this step passed",
    "people.signed": "countersigned by {who}",
    "column.who": "who",
    "column.seen_at": "seen to be done (UTC)",
    "column.confirmed": "confirmed by",
    "deviations": "Deviations",
    "deviations.lead": "Refusals, failures, interruptions and repetitions, from the journal.",
    "deviations.none": "None: every step went through once, nothing was refused, no script"
    " failed.",
    "column.deviation": "what",
    "column.what_happened": "in detail",
    "deviation.failed.name": "a change failed",
    "deviation.failed": "{message}",
    "deviation.orphan.name": "left over, removed",
    "deviation.orphan": "{resource} {id}: {action}; {reason}",
    "deviation.torn.name": "interrupted",
    "deviation.torn": "the process was ended while it wrote; {bytes} bytes are kept aside",
    "deviation.unscanned.name": "search for secrets",
    "deviation.unscanned": "the secret store could not be asked when sealing: {reason}",
    "deviation.again.name": "run again",
    "deviation.again": "{step}: an apply cell was run again, and did nothing",
    "deviation.void.name": "approval refused",
    "deviation.void": "{who}: {why}",
    "deviation.script.name": "a script failed",
    "deviation.script": "{script} on {host} ended with {exit_code}",
    "deviation.refused.name": "AWS refused",
    "deviation.refused": "{operation}: {code}, {times} times",
    "deviation.reopened.name": "begun again",
    "deviation.reopened": "{step} was begun {times} times",
    "deviation.unclosed.name": "not ended",
    "deviation.unclosed": "{step} was not run to its end",
    "open": "Open points",
    "open.none": "None.",
    "open.failed": "{step}: does not hold: {claim}",
    "open.failed.next": "find the cause, and run the step again",
    "open.unproven": "{id} is not proven: {words}",
    "open.unproven.next": "run the notebooks that prove it",
    "open.waits": "{who}: {work}",
    "open.waits.next": "have it done, then run the step again: it only verifies",
    "open.not_made": "{step}: approved and not made in this run: {keys}",
    "open.not_made.next": "apply again under the same approval, or let it lapse",
    "column.point": "point",
    "column.next": "next move",
}

_WORLD: Final = {
    "world": "The site as it is handed over",
    "world.network": "Network",
    "world.network.picture": "The site on the left reaches AWS on the right by private"
    " addresses only.",
    "world.names": "DNS answers before and after",
    "world.names.lead": "The first and the last answer to each question in this run."
    " Coloured lines changed.",
    "world.names.none": "No name was asked for in this run.",
    "column.asked": "asked",
    "column.name": "name",
    "column.before": "first answer",
    "column.after": "last answer",
    "server.site": "DNS server {server}",
    "server.inbound": "inbound endpoint {server}",
    "in_vpc": "inside the VPC",
    "not_in_vpc": "not inside the VPC",
    "world.servers": "Servers",
    "column.host": "server",
    "column.address": "address",
    "column.os": "system",
    "column.node": "managed node",
    "column.ssm_agent": "SSM Agent",
    "column.cloudwatch_agent": "CloudWatch agent",
    "column.scripts": "scripts run",
    "node.online": "online",
    "node.offline": "not online",
    "node.not_checked": "not checked in this run",
    "scripts": "{n}, {f} failed",
    "world.metrics": "Metrics that arrived in CloudWatch",
    "world.metrics.none": "No metrics were plotted in this run.",
    "world.metrics.picture": "{m} metrics of {h} servers, as CloudWatch returned them"
    " (times in UTC).",
    "world.metrics.more": "{n} more metrics stand in the journal.",
}

_PROOF: Final = {
    "requirements": "Requirements and their proofs",
    "requirements.lead": "Proofs are the numbers of checks in the appendix.",
    "proof.proven": "proven",
    "proof.failed": "failed",
    "proof.not checked": "not checked",
    "column.requirement": "requirement",
    "column.verdict": "verdict",
    "column.proof": "proof",
    "checks": "Appendix: every check",
    "checks.lead": "A check goes by another road than the change that it is about: DNS"
    " answers, the server itself, data that arrived.",
    "checks.cut": "{seen}... (in full in reports/{step}.json)",
    "column.claim": "claim",
    "column.seen": "seen",
    "column.proves": "proves",
    "remarks": "Notes and countersigns",
    "remarks.none": "None were left in this run.",
    "remarks.countersign.signed": "countersigned with an SSH key: the journal up to event"
    " {n}",
    "remarks.countersign.named": "countersigned by name: the journal up to event {n}",
    "column.remark": "remark",
    "seal": "The archive, and how to verify it",
    "seal.open": "Not sealed yet: this page shows the run as far as it got.",
    "seal.signed": "Sealed, and signed by the key {keys}. Compare it with the key that you"
    " know.",
    "seal.plain": "Sealed, not signed: nothing was changed since, unless all of it was made"
    " anew. Compare the SHA-256 of manifest.json with the one noted elsewhere.",
    "seal.events": "Events in the hash-chained journal",
    "seal.secrets": "Secrets that the archive was searched for",
    "seal.versions": "Software",
    "seal.verify": "To verify it, in the folder of the archive, with Python alone:",
    "seal.files.index": "index.html lists every file with its SHA-256, and every call to"
    " AWS.",
    "seal.files.notebooks": "notebooks/ holds the executed notebooks, as they were seen.",
    "seal.files.request": "approvals/ holds what was approved, in full.",
    "sign": "Hand-over",
    "sign.lead": "For the printed report.",
    "sign.operator": "Handed over by",
    "sign.checker": "Checked by",
    "sign.owner": "Taken over by",
    "column.sign.as": "",
    "column.date": "date",
    "column.sign": "signature",
}

ENGLISH: Final = ReportWords(
    "en",
    {**REQUEST.texts, **_HEAD, **_APPROVED, **_DONE, **_WORLD, **_PROOF},
    REQUEST.kinds,
    REQUEST.labels,
)
