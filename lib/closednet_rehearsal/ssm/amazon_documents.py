"""
The documents that Amazon owns and this runbook uses, rewritten for the rehearsal.

They have the parameters, step names, and plugins of the originals, not their text.
"""

from __future__ import annotations

import json

from functools import cache
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.cloudwatch_document import MANAGE_CLOUDWATCH_AGENT
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
