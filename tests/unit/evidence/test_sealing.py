"""
Archives signed, time-stamped and packed, and the single file that verifies them.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from closednet.errors import EvidenceError, PreconditionError
from closednet.evidence import archive, signing, single_file, ssh_signature
from closednet.evidence.signing import Ed25519File, KeptKey, Sealing, SshKey
from closednet.evidence.stamping import Stamper
from closednet.evidence.verifier.approvers import APPROVAL_NAMESPACE
from closednet.evidence.verifier.place import ENVELOPE, MANIFEST, STAMP, SUMS
from closednet.evidence.verifier.program import signer_id
from closednet.evidence.verifier.seal import Trust
from tests.unit.evidence.keyring import Authority, ed25519_key, openssl, ssh_key
from tests.unit.evidence.samples import full_run


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder

pytestmark = [pytest.mark.debian, pytest.mark.slow]


@pytest.fixture(name="keys", scope="module")
def _keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ed25519_key(folder / "seal.pem")
    ssh_key(folder / "alice")
    ssh_key(folder / "ecdsa", "ecdsa")
    ssh_key(folder / "p384", "ecdsa", "-b", "384")
    ssh_key(folder / "rsa", "rsa", "-b", "2048")
    return folder


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stamper]:
    made = Authority(tmp_path_factory.mktemp("authority"))
    with made.serving() as url:
        yield Stamper(url, made.certificates)


def alone(text: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """
    Run a verifier as an auditor does: no site packages, nothing of the project.
    """
    return subprocess.run(
        [sys.executable, "-I", "-S", str(text), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"]},
    )


class TestSigned:
    @pytest.mark.parametrize("kind", ["seal.pem", "alice", "ecdsa", "p384", "rsa"])
    def test_each_kind_of_key_signs_and_is_named(
        self, tmp_path: Path, keys: Path, kind: str
    ) -> None:
        key = keys / kind
        signer = Ed25519File(key) if kind == "seal.pem" else SshKey(key)
        folder = full_run(tmp_path)
        manifest = archive.seal(folder, Sealing((signer,)))

        named = signer_id(f"{key}.pub")
        findings = archive.judge(folder.path, Trust((named,)))
        assert (named,) == manifest.signers
        assert [] == findings.problems + findings.unchecked
        assert f"signed by {named}, which you named" in findings.facts
        done = alone(folder.path / "verify.py", "--signer", f"{key}.pub")
        assert 0 == done.returncode, done.stdout + done.stderr

    def test_the_envelope_is_what_other_tools_expect(
        self, tmp_path: Path, keys: Path
    ) -> None:
        """DSSE by its own definition, judged by OpenSSL and not by us."""
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing((Ed25519File(keys / "seal.pem"),)))
        envelope = json.loads((folder.path / ENVELOPE).read_text())
        payload = (folder.path / MANIFEST).read_bytes()
        kind = envelope["payloadType"]
        pae = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
        (tmp_path / "pae").write_bytes(pae)
        decoded = openssl(
            "base64", "-d", "-A", data=envelope["signatures"][0]["sig"].encode()
        )
        (tmp_path / "sig").write_bytes(decoded)
        good = openssl(
            *("pkeyutl", "-verify", "-rawin", "-pubin"),
            *("-inkey", f"{keys}/seal.pem.pub"),
            *("-in", f"{tmp_path}/pae", "-sigfile", f"{tmp_path}/sig"),
        )

        assert "application/vnd.in-toto+json" == kind
        assert b"Signature Verified Successfully\n" == good
        assert "https://in-toto.io/Statement/v1" == json.loads(payload)["_type"]

    def test_two_people_may_sign(self, tmp_path: Path, keys: Path) -> None:
        folder = full_run(tmp_path)
        both = (Ed25519File(keys / "seal.pem"), SshKey(keys / "alice"))
        manifest = archive.seal(folder, Sealing(both))

        assert [] == archive.judge(folder.path, Trust(manifest.signers)).problems

    def test_a_key_that_you_did_not_name_is_not_enough(
        self, tmp_path: Path, keys: Path
    ) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing((SshKey(keys / "alice"),)))
        other = signer_id(str(keys / "seal.pem.pub"))

        problems = archive.judge(folder.path, Trust((other,))).problems
        assert ["not signed by any of the keys that you named"] == problems

    def test_the_signature_cannot_be_left_out(self, tmp_path: Path, keys: Path) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing((SshKey(keys / "alice"),)))
        (folder.path / ENVELOPE).unlink()
        sums = (folder.path / SUMS).read_text().splitlines(keepends=True)
        (folder.path / SUMS).write_text("".join(s for s in sums if ENVELOPE not in s))

        problems = archive.verify(folder.path)
        assert (f"{ENVELOPE}: is not signed by whom the manifest names",) == problems

    def test_an_unsigned_archive_says_so(self, tmp_path: Path) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder)

        done = alone(folder.path / "verify.py")
        assert 0 == done.returncode
        assert "not signed: whoever can write here" in done.stdout
        assert "Sealed, but not signed" in (folder.path / "index.html").read_text()

    def test_what_cannot_be_checked_is_said(
        self, tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A rare key without ssh-keygen: neither good nor bad."""
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing((SshKey(keys / "p384"),)))
        monkeypatch.setenv("PATH", str(tmp_path))

        done = alone(folder.path / "verify.py")
        assert 3 == done.returncode, done.stdout
        assert (
            "NOT CHECKED: manifest.dsse.json: the signature by SHA256:" in done.stdout
        )
        assert "ssh-keygen is not installed here" in done.stdout

    def test_what_is_needed_is_missed_before_anything_is_sealed(
        self, tmp_path: Path, keys: Path
    ) -> None:
        folder = full_run(tmp_path)
        (tmp_path / "broken.pem").write_text("no key\n")

        for signer, error, words in (
            (Ed25519File(tmp_path / "none"), PreconditionError, "there is no key"),
            (Ed25519File(tmp_path / "broken.pem"), EvidenceError, "OpenSSL says"),
            (SshKey(tmp_path / "none"), PreconditionError, "there is no key"),
        ):
            with pytest.raises(error, match=words):
                archive.seal(folder, Sealing((signer,)))
        openssl(
            *("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-out", f"{tmp_path}/ec.pem"),
        )
        with pytest.raises(EvidenceError, match="another key than an Ed25519"):
            archive.seal(folder, Sealing((Ed25519File(tmp_path / "ec.pem"),)))
        assert "sealing" not in {event.kind for event in folder.events()}

    def test_a_keeper_that_answers_nonsense_is_caught(
        self, tmp_path: Path, keys: Path
    ) -> None:
        class Keeper:
            def public_key(self) -> bytes:
                return Ed25519File(keys / "seal.pem").public_key

            def sign(self, digest: bytes) -> bytes:
                return digest * 2

        folder = full_run(tmp_path)
        with pytest.raises(EvidenceError, match="no signature"):
            archive.seal(folder, Sealing((KeptKey(Keeper()),)))
        assert not folder.sealed


class TestStamped:
    def test_a_stamp_is_judged_by_its_authority(
        self, tmp_path: Path, keys: Path, authority: Stamper
    ) -> None:
        folder = full_run(tmp_path)
        sealing = Sealing((SshKey(keys / "alice"),), authority)
        archive.seal(folder, sealing)
        trust = Trust(authority=authority.authority)

        findings = archive.judge(folder.path, trust)
        assert [] == findings.problems + findings.unchecked
        assert any(fact.startswith("a time stamp says 20") for fact in findings.facts)
        certificates = str(authority.authority)
        done = alone(folder.path / "verify.py", "--authority", certificates)
        assert 0 == done.returncode, done.stdout

    def test_without_the_authority_it_is_not_checked(
        self, tmp_path: Path, authority: Stamper
    ) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing(stamper=authority))

        done = alone(folder.path / "verify.py")
        assert 3 == done.returncode
        assert "name the authority's certificates" in done.stdout

    def test_a_stamp_of_another_authority_shows(
        self, tmp_path: Path, authority: Stamper
    ) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing(stamper=authority))
        other = Authority(tmp_path / "other").certificates

        (problem,) = archive.judge(folder.path, Trust(authority=other)).problems
        assert problem.startswith(f"{STAMP}: OpenSSL does not find it good")

    def test_a_stamp_of_something_else_shows(
        self, tmp_path: Path, authority: Stamper
    ) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing(stamper=authority))
        (folder.path / STAMP).write_bytes(authority.stamp(b"something else"))

        assert f"{STAMP}: is no time stamp of this seal" in archive.verify(folder.path)

    def test_no_stamp_no_seal(self, tmp_path: Path, authority: Stamper) -> None:
        folder = full_run(tmp_path)
        for url, words in (
            (authority.url.replace("/tsr", "/x"), "answered 404"),
            ("http://127.0.0.1:1/tsr", "did not answer"),
        ):
            with pytest.raises(EvidenceError, match=words):
                archive.seal(folder, Sealing(stamper=Stamper(url)))
            assert not folder.sealed
        archive.seal(folder)
        assert () == archive.verify(folder.path)


class TestApproved:
    def approved(self, root: Path, key: Path, *, allowed: Path) -> RunFolder:
        folder = full_run(root)
        signed = folder.path / "approvals/signed"
        signed.mkdir()
        text = '{"approver":"alice@example.com","rollout":"1a2b"}\n'
        statement = signed / "1a2b-alice.approval.json"
        statement.write_text(text)
        signature = ssh_signature.sign(key, APPROVAL_NAMESPACE, text.encode())
        statement.with_name(f"{statement.name}.sig").write_text(signature)
        public = ssh_signature.public_key(allowed)
        (signed / "allowed_signers").write_text(f"# keys\nalice@example.com {public}\n")
        archive.seal(folder)
        return folder

    @pytest.mark.parametrize("kind", ["alice", "rsa", "p384"])
    def test_who_approved_is_told(self, tmp_path: Path, keys: Path, kind: str) -> None:
        folder = self.approved(tmp_path, keys / kind, allowed=keys / kind)
        named = signer_id(f"{keys / kind}.pub")

        findings = archive.judge(folder.path)
        assert [] == findings.problems
        assert f"1a2b approved by alice@example.com, key {named}" in findings.facts

    def test_a_key_that_was_not_allowed_approves_nothing(
        self, tmp_path: Path, keys: Path
    ) -> None:
        folder = self.approved(tmp_path, keys / "ecdsa", allowed=keys / "alice")

        (problem,) = archive.verify(folder.path)
        assert problem.endswith("is not signed by alice@example.com")

    def test_an_approval_and_its_signature_belong_together(
        self, tmp_path: Path, keys: Path
    ) -> None:
        folder = self.approved(tmp_path, keys / "alice", allowed=keys / "alice")
        signed = folder.path / "approvals/signed"
        statement = signed / "1a2b-alice.approval.json"
        text = statement.read_text()

        statement.write_text(text.replace("1a2b", "9f9f"))
        assert any("not signed by" in p for p in archive.verify(folder.path))
        statement.write_text(text)
        signature = statement.with_name(f"{statement.name}.sig")
        signature.rename(signed / "x.approval.json.sig")
        problems = archive.verify(folder.path)
        assert any("is the signature of nothing" in p for p in problems)
        assert any("not signed by" in p for p in problems)

    def test_a_rare_key_without_ssh_keygen_is_not_checked(
        self, tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = self.approved(tmp_path, keys / "p384", allowed=keys / "p384")
        monkeypatch.setenv("PATH", str(tmp_path))

        (line,) = archive.judge(folder.path).unchecked
        assert "ssh-keygen is not installed here" in line


class TestPacked:
    def test_the_same_content_gives_the_same_bytes(
        self, tmp_path: Path, keys: Path
    ) -> None:
        digests = set()
        for name in ("one", "two"):
            folder = full_run(tmp_path / name)
            archive.seal(folder, Sealing((Ed25519File(keys / "seal.pem"),)))
            digests.add(sha256(archive.pack(folder.path)).hexdigest())

        assert 1 == len(digests)

    def test_one_file_and_the_verifier_are_enough(
        self, tmp_path: Path, keys: Path
    ) -> None:
        """In an empty folder, and unpacked by any tool."""
        folder = full_run(tmp_path)
        archive.seal(folder, Sealing((SshKey(keys / "alice"),)))
        empty = tmp_path / "empty"
        empty.mkdir()
        (empty / "verify.py").write_text(single_file.text())
        (empty / "any-name.zip").write_bytes(archive.pack(folder.path))

        packed = alone(empty / "verify.py", "--signer", str(keys / "alice.pub"))
        shutil.unpack_archive(empty / "any-name.zip", empty)
        (empty / "any-name.zip").unlink()
        unpacked = alone(empty / "verify.py")

        assert 0 == packed.returncode, packed.stdout + packed.stderr
        assert 0 == unpacked.returncode, unpacked.stdout + unpacked.stderr

    def test_what_cannot_be_packed_is_named(self, tmp_path: Path) -> None:
        folder = full_run(tmp_path)
        (folder.path / "a:b").write_text("x")
        with pytest.raises(EvidenceError, match="a:b"):
            archive.pack(folder.path)
        (folder.path / "a:b").unlink()
        (folder.path / "link").symlink_to("journal.jsonl")
        with pytest.raises(EvidenceError, match="link"):
            archive.pack(folder.path)
        with pytest.raises(EvidenceError, match="a link or a device"):
            archive.seal(folder)


class TestSingleFile:
    def test_every_name_in_it_is_its_own(self) -> None:
        names = [
            node.name
            for node in ast.parse(single_file.text()).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        ] + [
            target.id
            for node in ast.parse(single_file.text()).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]

        assert [] == sorted({name for name in names if names.count(name) > 1})

    def test_it_needs_the_standard_library_only(self) -> None:
        imported = {
            (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
            for node in ast.walk(ast.parse(single_file.text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
        }

        assert {name.split(".")[0] for name in imported if name} <= set(
            sys.stdlib_module_names
        )

    def test_older_versions_of_python_can_read_it(self) -> None:
        assert ast.parse(single_file.text(), feature_version=(3, 9)).body

    def test_what_it_cannot_use_it_says(self, tmp_path: Path) -> None:
        (tmp_path / "verify.py").write_text(single_file.text())
        (tmp_path / "text").write_text("no key")

        for arguments, words in (
            ((), "0 archives lie here"),
            ((str(tmp_path / "none"),), "there is no"),
            ((str(tmp_path), "--signer", "nobody"), "no id of a key and no file"),
            ((str(tmp_path), "--signer", str(tmp_path / "text")), "no public key"),
        ):
            done = alone(tmp_path / "verify.py", *arguments)
            assert (2, "") == (done.returncode, done.stdout)
            assert words in done.stderr


def test_plain_sealing_asks_for_nothing(tmp_path: Path) -> None:
    folder: RunFolder = full_run(tmp_path)
    manifest = archive.seal(folder, signing.PLAIN)

    assert ((), False) == (manifest.signers, manifest.timestamp)
    assert {SUMS, MANIFEST} == {p.name for p in folder.path.glob("manifest.*")}
