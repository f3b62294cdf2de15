"""
The documents that Amazon owns and this runbook uses, rewritten for the rehearsal.

They have the parameters, step names, and plugins of the originals, not their text.
"""

from __future__ import annotations

import json

from functools import cache
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.state import Document, DocumentVersion


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject


OWNER: Final = "Amazon"
PUBLISHED: Final = 1_700_000_000.0
EVERYWHERE: Final = ("Windows", "Linux", "MacOS")

COMMON: Final[JsonObject] = {
    "commands": {
        "type": "StringList",
        "description": "The commands to run.",
        "minItems": 1,
        "displayType": "textarea",
    },
    "workingDirectory": {
        "type": "String",
        "default": "",
        "description": "The directory to run in.",
        "maxChars": 4096,
    },
    "executionTimeout": {
        "type": "String",
        "default": "3600",
        "description": "Seconds after which the command has failed.",
        "allowedPattern": "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})"
        "|(172[0-7][0-9]{2})|(172800)",
    },
}


def _run_script(plugin: str, what: str) -> JsonObject:
    return {
        "schemaVersion": "1.2",
        "description": f"Run {what}. (rehearsal)",
        "parameters": COMMON,
        "runtimeConfig": {
            plugin: {
                "properties": [
                    {
                        "id": f"0.{plugin}",
                        "runCommand": "{{ commands }}",
                        "workingDirectory": "{{ workingDirectory }}",
                        "timeoutSeconds": "{{ executionTimeout }}",
                    }
                ]
            }
        },
    }


CONFIGURE_PACKAGE: Final[JsonObject] = {
    "schemaVersion": "2.2",
    "description": "Install or uninstall a package. (rehearsal)",
    "parameters": {
        "action": {
            "type": "String",
            "description": "Whether to install or uninstall.",
            "allowedValues": ["Install", "Uninstall"],
        },
        "installationType": {
            "type": "String",
            "description": "How to replace an installed version.",
            "allowedValues": ["Uninstall and reinstall", "In-place update"],
            "default": "Uninstall and reinstall",
        },
        "name": {
            "type": "String",
            "description": "The package.",
            "allowedPattern": r"^arn:[a-z0-9][-.a-z0-9]{0,62}:[a-z0-9][-.a-z0-9]{0,62}:"
            r".+|^[a-zA-Z0-9/:.+_-]{1,512}$",
        },
        "version": {
            "type": "String",
            "description": "The version; empty for the latest.",
            "default": "",
        },
        "additionalArguments": {
            "type": "StringMap",
            "description": "Further arguments of the package's scripts.",
            "default": {},
        },
    },
    "mainSteps": [
        {
            "action": "aws:configurePackage",
            "name": "configurePackage",
            "inputs": {
                "name": "{{ name }}",
                "action": "{{ action }}",
                "installationType": "{{ installationType }}",
                "version": "{{ version }}",
                "additionalArguments": "{{ additionalArguments }}",
            },
        }
    ],
}

UPDATE_AGENT: Final[JsonObject] = {
    "schemaVersion": "1.2",
    "description": "Update the SSM Agent. (rehearsal)",
    "parameters": {
        "version": {
            "type": "String",
            "default": "",
            "description": "The version; empty for the latest.",
        },
        "allowDowngrade": {
            "type": "String",
            "default": "false",
            "description": "Whether an older version may be installed.",
            "allowedValues": ["true", "false"],
        },
    },
    "runtimeConfig": {
        "aws:updateSsmAgent": {
            "properties": {
                "agentName": "amazon-ssm-agent",
                "source": "https://s3.{Region}.amazonaws.com/amazon-ssm-{Region}"
                "/ssm-agent-manifest.json",
                "allowDowngrade": "{{ allowDowngrade }}",
                "targetVersion": "{{ version }}",
            }
        }
    },
}

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
    "set -- -a \"$verb\" -m '{{ mode }}' -c \"$from\"",
    "if [ '{{ optionalRestart }}' = yes ]; then set -- \"$@\" -s; fi",
    'exec amazon-cloudwatch-agent-ctl "$@"',
)
MANAGE_WINDOWS: Final = (
    "$Ctl = Join-Path $Env:ProgramFiles "
    "'Amazon\\AmazonCloudWatchAgent\\amazon-cloudwatch-agent-ctl.ps1'",
    "$Verb = @{'configure'='fetch-config';'configure (append)'='append-config';"
    "'configure (remove)'='remove-config'}['{{ action }}']",
    "if ($Verb) { & $Ctl -a $Verb -m '{{ mode }}' "
    "-c '{{ optionalConfigurationSource }}:{{ optionalConfigurationLocation }}' }",
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


CONTENT: Final[dict[str, tuple[JsonObject, tuple[str, ...]]]] = {
    "AWS-RunShellScript": (
        _run_script("aws:runShellScript", "a shell script"),
        ("Linux", "MacOS"),
    ),
    "AWS-RunPowerShellScript": (
        _run_script("aws:runPowerShellScript", "a PowerShell script"),
        EVERYWHERE,
    ),
    "AWS-ConfigureAWSPackage": (CONFIGURE_PACKAGE, EVERYWHERE),
    "AWS-UpdateSSMAgent": (UPDATE_AGENT, EVERYWHERE),
    "AmazonCloudWatch-ManageAgent": (MANAGE_CLOUDWATCH_AGENT, ("Windows", "Linux")),
}


@cache
def amazon_documents() -> dict[str, Document]:
    """
    Return the documents that exist in every account.
    """
    return {
        name: Document(
            name=name,
            owner=OWNER,
            type="Command",
            versions=[DocumentVersion(1, json.dumps(text), "JSON", PUBLISHED)],
            platforms=platforms,
        )
        for name, (text, platforms) in CONTENT.items()
    }
