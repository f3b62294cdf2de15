"""
Keys, a time-stamp authority on loopback, and sealed archives for the tests.
"""

from __future__ import annotations

import subprocess
import tempfile

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUTHORITY = """\
[tsa]
default_tsa = own
[own]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    """
    Run OpenSSL to its good end and return its output.
    """
    program = tool("openssl", "openssl")
    return subprocess.run(
        [program, *arguments], input=data, check=True, capture_output=True
    ).stdout


def ed25519_key(path: Path) -> Path:
    """
    Return a new Ed25519 key in PEM, its public half beside it.
    """
    openssl("genpkey", "-algorithm", "ed25519", "-out", str(path))
    openssl("pkey", "-in", str(path), "-pubout", "-out", f"{path}.pub")
    return path


def ssh_key(path: Path, kind: str = "ed25519", *options: str) -> Path:
    """
    Return a new SSH key, its public half beside it.
    """
    program = tool("ssh-keygen", "openssh-client")
    new = ("-q", "-t", kind, *options, "-N", "", "-C", "", "-f", str(path))
    subprocess.run([program, *new], check=True)
    return path


class Authority:
    """
    A time-stamp authority of our own: a certificate authority and its stamper.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificates = folder / "ca.pem"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(AUTHORITY.format(folder=folder))
        self._certify()

    def stamp(self, question: bytes) -> bytes:
        """
        Answer a request as an authority does.
        """
        with tempfile.NamedTemporaryFile() as file:
            file.write(question)
            file.flush()
            return openssl(
                *("ts", "-reply", "-queryfile", file.name),
                *("-config", str(self.folder / "tsa.cnf")),
            )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """
        Serve on loopback and give the address.
        """
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                status = 200 if self.path == "/tsr" else 404
                answer = authority.stamp(question) if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _certify(self) -> None:
        at = str(self.folder)
        new = ("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        openssl(
            *(*new, "-nodes", "-x509", "-days", "36500", "-subj", "/CN=Authority"),
            *("-keyout", f"{at}/ca.key", "-out", f"{at}/ca.pem"),
        )
        openssl(
            *(*new, "-nodes", "-subj", "/CN=Stamper"),
            *("-keyout", f"{at}/tsa.key", "-out", f"{at}/tsa.csr"),
        )
        openssl(
            *("x509", "-req", "-in", f"{at}/tsa.csr", "-days", "36500"),
            *("-CA", f"{at}/ca.pem", "-CAkey", f"{at}/ca.key", "-set_serial", "2"),
            *("-extfile", f"{at}/tsa.cnf", "-extensions", "stamping"),
            *("-out", f"{at}/tsa.pem"),
        )
