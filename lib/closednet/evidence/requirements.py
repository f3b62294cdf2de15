"""
What a rollout must achieve, by the number under which checks prove it.
"""

from __future__ import annotations

from typing import Final


REQUIREMENTS: Final = {
    "S1": "private path to AWS from operator, DNS server and every server",
    "S2": "one account or two, the right one in every step",
    "S3": "activation tier follows from what the site wants",
    "S4": "interface endpoints for every service",
    "S5": "Route 53 Resolver inbound endpoint",
    "S6": "the site's DNS forwards to it and gets private addresses",
    "S7": "private hosted zone for the Regional names of S3",
    "S8": "SSM Agent downloaded through the S3 endpoint and installed",
    "S9": "hybrid activation, its code never shown",
    "S10": "every server registered, once",
    "S11": "every server online as a managed node",
    "S12": "least-privilege policies for the managed nodes",
    "S13": "Session Manager and Run Command work, with their output",
    "S14": "SSM Agent updated on schedule",
    "S15": "CloudWatch agent installed on every server",
    "S16": "credentials of the CloudWatch agent as chosen",
    "S17": "profile of the CloudWatch agent merged into the AWS files",
    "S18": "configuration of the CloudWatch agent from the parameters",
    "S19": "CloudWatch agent started with that configuration",
    "S20": "logs and metrics arrive in CloudWatch",
    "S21": "CloudWatch agent updated on schedule",
}
