"""
Makes the start short: the same large files are read once, not once per session, and
Python looks seldom for garbage among what they became.
"""

from __future__ import annotations

import gc
import json

from functools import cache, partial
from typing import Any, Final

from botocore.loaders import JSONFileLoader, Loader


S3: Final = "/s3/"


def collect_seldom() -> None:
    """
    Look for garbage in circles after fifty thousand new objects, not after seven hundred.

    Models of services are a million objects that stay: a sixth of the start was spent
    on looking through them.
    """
    gc.set_threshold(50_000, 10, 10)


def share_models() -> None:
    """
    Read each service model once; moto and boto3 would read EC2's four times.

    The same for the lists of models: making one looks into four hundred folders.

    Call it before moto is imported: its modules read models as they load. S3's are not
    shared: a client changes them, and moto's routes break.
    """
    plain, walk = JSONFileLoader.load_file, Loader.list_available_services
    shared = cache(partial(plain, JSONFileLoader()))

    @cache
    def known(paths: tuple[str, ...], kind: str) -> Any:
        return walk(Loader(list(paths), include_default_search_paths=False), kind)

    files: Any = JSONFileLoader
    files.load_file = lambda loader, file_path: (
        plain(loader, file_path) if S3 in file_path else shared(file_path)
    )
    models: Any = Loader
    models.list_available_services = lambda loader, type_name: known(
        tuple(loader.search_paths), type_name
    )


@cache
def parsed(text: str) -> dict[str, Any]:
    """
    Return a JSON object; its readers must not change it.
    """
    members: dict[str, Any] = json.loads(text)
    return members
