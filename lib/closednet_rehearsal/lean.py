"""
Makes the start short: the same large files are read once, not once per session.
"""

from __future__ import annotations

import json

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader


def share_models() -> None:
    """
    Read each service model once; moto and boto3 would read EC2's four times.

    Call it before moto is imported: its modules read models as they load.
    """
    plain = JSONFileLoader.load_file

    @cache
    def read(path: str) -> Any:
        return plain(JSONFileLoader(), path)

    loader: Any = JSONFileLoader
    loader.load_file = lambda _, file_path: read(file_path)


@cache
def parsed(text: str) -> dict[str, Any]:
    """
    Return a JSON object; its readers must not change it.
    """
    members: dict[str, Any] = json.loads(text)
    return members
