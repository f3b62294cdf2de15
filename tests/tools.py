"""
Programs of Debian packages that some tests need.
"""

from __future__ import annotations

import os
import shutil

import pytest


def tool(name: str, package: str) -> str:
    """
    Return the path of a program, or skip and name the package that has it.
    """
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is missing: apt-get install {package}")
    return path
