"""
Tools of others that are measured, in environments that are thrown away with `.bench`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from functools import cache
from pathlib import Path


FOLDER = Path(__file__).parents[1] / ".bench"
TERRAFORM = FOLDER / "terraform"
NOT_HERE = "not on this machine"


def paths() -> list[str]:
    """
    Return where the tools' commands are.
    """
    return [str(folder) for folder in sorted(FOLDER.glob("*/bin"))]


@cache
def aws_cli() -> str:
    """
    Install aws-cli apart; return why it cannot be used, or nothing.
    """
    return _installed("aws-cli", "aws", "awscli")


@cache
def ansible() -> str:
    """
    Install Ansible with its collections apart; return why it cannot be used, or nothing.

    Its playbook asks aws-cli where no module does the work.
    """
    return aws_cli() or _installed("ansible", "ansible-playbook", "ansible", "boto3")


@cache
def terraform() -> str:
    """
    Return why Terraform cannot be used with its AWS provider, or nothing.

    Where no registry is reached, BENCH_TERRAFORM_PLUGINS names a folder of providers.
    """
    if shutil.which("terraform") is None:
        return NOT_HERE
    place = TERRAFORM
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(Path(__file__).parent / "contestants/terraform", place)
    mirror = os.environ.get("BENCH_TERRAFORM_PLUGINS")
    plugins = [f"-plugin-dir={mirror}"] if mirror else []
    init = ["terraform", f"-chdir={place}", "init", "-input=false", *plugins]
    done = subprocess.run(init, check=False, capture_output=True, env=terraform_env())  # noqa: S603
    return "" if done.returncode == 0 else f"{NOT_HERE} (its AWS provider)"


def terraform_env() -> dict[str, str]:
    """
    Return an environment in which Terraform asks nobody for news.
    """
    return os.environ | {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


def _installed(name: str, command: str, *packages: str) -> str:
    place = FOLDER / name
    if (place / "bin" / command).is_file():
        return ""
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True)  # noqa: S603
        pip = [os.fspath(place / "bin/python"), "-m", "pip", "install", "-q", *packages]
        subprocess.run(pip, check=True, capture_output=True)  # noqa: S603
    except subprocess.CalledProcessError:
        shutil.rmtree(place, ignore_errors=True)
        return NOT_HERE
    return ""
