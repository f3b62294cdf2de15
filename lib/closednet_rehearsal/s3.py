"""
S3 as seen through an endpoint: three ways to name a bucket, AWS-owned packages.
"""

from __future__ import annotations

import re

from hashlib import md5
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.errors import Answer, Refusal
from closednet_rehearsal.packages import objects, owned_buckets
from closednet_rehearsal.settings import REGION


if TYPE_CHECKING:
    from collections.abc import Mapping


_VIRTUAL: Final = (
    re.compile(r"^(?P<bucket>.+)\.s3\.[a-z0-9-]+\.amazonaws\.com$"),
    re.compile(
        r"^(?P<bucket>.+)\.bucket\.vpce-[a-z0-9-]+\.s3\.[a-z0-9-]+\.vpce\.amazonaws\.com$"
    ),
)
_PATH_STYLE: Final = (
    re.compile(r"^s3\.[a-z0-9-]+\.amazonaws\.com$"),
    re.compile(r"^bucket\.vpce-[a-z0-9-]+\.s3\.[a-z0-9-]+\.vpce\.amazonaws\.com$"),
)


def named_by_host(host: str) -> bool:
    """
    Return whether a Host header names S3.
    """
    name = host.split(":", maxsplit=1)[0].lower()
    return any(pattern.match(name) for pattern in (*_VIRTUAL, *_PATH_STYLE))


def path_style(environ: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the request with its bucket in the path, whatever its Host header said.
    """
    name = str(environ.get("HTTP_HOST", "")).split(":")[0].lower()
    changed = dict(environ)
    if named_by_host(name):
        # A host that is not an address would be read as a bucket's own name.
        changed["HTTP_HOST"] = "127.0.0.1"
    for pattern in _VIRTUAL:
        found = pattern.match(name)
        if found:
            for key in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
                if key in changed:
                    changed[key] = f"/{found['bucket']}{changed[key]}"
    return changed


def answer_package(environ: Mapping[str, Any], *, signed: bool) -> Answer | None:
    """
    Answer for AWS-owned buckets; None for buckets that belong to an account.
    """
    bucket, _, key = str(environ.get("PATH_INFO", "/")).lstrip("/").partition("/")
    if bucket not in owned_buckets(REGION):
        if not signed:
            raise Refusal("AccessDenied", "Access Denied")
        return None
    content = objects(REGION).get((bucket, key))
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or content is None:
        # AWS denies rather than admits that a key of its own does not exist.
        raise Refusal("AccessDenied", "Access Denied")
    headers = (
        ("Content-Type", "binary/octet-stream"),
        ("Content-Length", str(len(content))),
        ("Accept-Ranges", "bytes"),
        ("ETag", f'"{md5(content, usedforsecurity=False).hexdigest()}"'),
        ("Server", "rehearsal"),
    )
    return Answer(200, headers, content if environ["REQUEST_METHOD"] == "GET" else b"")
