"""
Time stamps of a time-stamp authority (RFC 3161), asked over HTTP.
"""

from __future__ import annotations

import http.client
import os
import tempfile

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from closednet.errors import EvidenceError, PreconditionError
from closednet.evidence.verifier.stamp import stamp_problem, stamped_moment
from closednet.evidence.verifier.tools import NoToolError, run_tool


ASKS: Final = {"Content-Type": "application/timestamp-query"}
PATIENCE_S: Final = 30


@dataclass(frozen=True, slots=True)
class Stamper:
    """
    An authority: where it is, and the certificates by which it is known.
    """

    url: str
    authority: Path | None = None

    def stamp(self, data: bytes) -> bytes:
        """
        Return the authority's time stamp of `data` (a TimeStampResp).

        Raises:
            EvidenceError: It gave none, or not one of `data`.
            PreconditionError: There is no OpenSSL.
        """
        try:
            response = self._answer(_question(data))
            problem = self._problem(response, data)
        except NoToolError as err:
            raise PreconditionError(
                str(err), hint="install it (apt-get install openssl)"
            ) from err
        except (OSError, http.client.HTTPException) as err:
            raise EvidenceError(
                f"the time-stamp authority {self.url} did not answer: {err}",
                hint="is it reachable from here? Without evidence.time_stamp the"
                " archive is sealed without a time stamp",
            ) from err
        if problem:
            raise EvidenceError(
                f"{self.url} gave no good time stamp: {problem}",
                hint="is evidence.time_stamp.authority_file its certificate?",
            )
        return response

    def _problem(self, response: bytes, data: bytes) -> str:
        if self.authority is not None:
            return stamp_problem(response, data, self.authority)
        try:
            stamped_moment(response)
        except (ValueError, IndexError) as err:
            return str(err)
        return ""

    def _answer(self, question: bytes) -> bytes:
        parts = urlsplit(self.url)
        kinds = {
            "http": http.client.HTTPConnection,
            "https": http.client.HTTPSConnection,
        }
        connection = kinds[parts.scheme](parts.netloc, timeout=PATIENCE_S)
        try:
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            connection.request("POST", path, question, ASKS)
            answer = connection.getresponse()
            body: bytes = answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise EvidenceError(
                f"{self.url} answered {answer.status} {answer.reason}",
                hint="is it the address of a time-stamp authority (RFC 3161)?",
            )
        return body


def _question(data: bytes) -> bytes:
    """
    Return a request for a stamp of `data` that brings its certificates along.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-") as folder:
        path = Path(folder) / "data"
        path.write_bytes(data)
        asked = ("-data", os.fspath(path), "-sha256", "-cert")
        code, out, said = run_tool("openssl", "ts", "-query", *asked)
    if code:
        raise EvidenceError(
            f"OpenSSL makes no request for a time stamp: {said}",
            hint="is it OpenSSL 1.1.1 or newer?",
        )
    return out
