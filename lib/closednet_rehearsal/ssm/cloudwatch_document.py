"""
The document that configures and starts the CloudWatch agent, rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject


MANAGE_LINUX: Final = (
    "#!/bin/sh",
    "set -eu",
    'PATH="${CLOSEDNET_ROOT:-}/opt/aws/amazon-cloudwatch-agent/bin:$PATH"',
    "if ! command -v amazon-cloudwatch-agent-ctl >/dev/null; then",
    "  echo 'the CloudWatch agent is not installed on this node' >&2; exit 1",
    "fi",
    "action='{{ action }}'",
    'case "$action" in',
    "  configure) verb=fetch-config ;;",
    "  'configure (append)') verb=append-config ;;",
    "  'configure (remove)') verb=remove-config ;;",
    "  *) exec amazon-cloudwatch-agent-ctl -a \"$action\" -m '{{ mode }}' ;;",
    "esac",
    "case '{{ optionalConfigurationSource }}' in",
    "  ssm) from='ssm:{{ optionalConfigurationLocation }}' ;;",
    "  *) from='{{ optionalConfigurationSource }}' ;;",
    "esac",
    'set -- -a "$verb" -m \'{{ mode }}\' -c "$from"',
    "if [ '{{ optionalRestart }}' = yes ]; then set -- \"$@\" -s; fi",
    'exec amazon-cloudwatch-agent-ctl "$@"',
)
MANAGE_WINDOWS: Final = (
    r"$Folder = Join-Path $Env:ProgramFiles 'Amazon\AmazonCloudWatchAgent'",
    "$Ctl = Join-Path $Folder 'amazon-cloudwatch-agent-ctl.ps1'",
    "$Verbs = @{'configure'='fetch-config'}",
    "$Verbs['configure (append)'] = 'append-config'",
    "$Verbs['configure (remove)'] = 'remove-config'",
    "$Verb = $Verbs['{{ action }}']",
    "$From = '{{ optionalConfigurationSource }}'",
    "if ($From -eq 'ssm') { $From += ':{{ optionalConfigurationLocation }}' }",
    "$Restart = if ('{{ optionalRestart }}' -eq 'yes') { '-s' }",
    "if ($Verb) { & $Ctl -a $Verb -m '{{ mode }}' -c $From $Restart }",
    "else { & $Ctl -a '{{ action }}' -m '{{ mode }}' }",
)


def _choice(description: str, default: str, *others: str) -> JsonObject:
    return {
        "type": "String",
        "description": description,
        "default": default,
        "allowedValues": [default, *others],
    }


MANAGE_CLOUDWATCH_AGENT: Final[JsonObject] = {
    "schemaVersion": "2.2",
    "description": "Configure, start, or stop the CloudWatch agent. (rehearsal)",
    "parameters": {
        "action": _choice(
            "What the agent is to do.",
            "configure",
            *("configure (append)", "configure (remove)", "start", "status"),
            *("status-with-workloads", "stop"),
        ),
        "mode": _choice("Where the agent runs.", "ec2", "onPremise", "auto"),
        "optionalConfigurationSource": _choice(
            "Where its configuration is.", "ssm", "default", "all"
        ),
        "optionalConfigurationLocation": {
            "type": "String",
            "description": "The parameter that holds the configuration.",
            "default": "",
            "allowedPattern": r"^[\w.,/:@+=-]*$",
        },
        "optionalRestart": _choice(
            "Whether to start it again with the new configuration.", "yes", "no"
        ),
    },
    "mainSteps": [
        {
            "name": f"ControlCloudWatchAgent{platform}",
            "action": f"aws:run{shell}Script",
            "precondition": {"StringEquals": ["platformType", platform]},
            "inputs": {"runCommand": list(lines)},
        }
        for platform, shell, lines in (
            ("Windows", "PowerShell", MANAGE_WINDOWS),
            ("Linux", "Shell", MANAGE_LINUX),
        )
    ],
}
