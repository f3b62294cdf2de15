"""
Archives sealed with KMS and laid down in S3, against the simulated AWS.
"""

from __future__ import annotations

import json

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from botocore.exceptions import ClientError

from closednet import redact
from closednet.aws.deposits import Deposits, Lock
from closednet.errors import EvidenceError, PreconditionError
from closednet.evidence import archive
from closednet.evidence.verifier.place import read_place
from closednet.evidence.verifier.seal import Trust
from closednet.run import archiving
from tests.unit.evidence.keyring import ed25519_key, ssh_key
from tests.unit.evidence.samples import full_run


if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.evidence.conftest import Scene

CODE = "Vb7Qm2Xy9Lk4Tz6Rw1Ns"
BUCKET = "closednet-rehearsal-evidence"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LIES: dict[str, tuple[Any, str]] = {
    "read": (b"something else", "its content is another"),
    "lock": (Lock(), "it is not locked as asked for"),
    "put": ("", "it has no version"),
}
LOCKED = {"bucket": BUCKET, "mode": "COMPLIANCE", "retention_days": 30}


def bucket(scene: Scene, *, locked: bool = True) -> Any:
    s3 = scene.client("s3")
    s3.create_bucket(
        Bucket=BUCKET,
        ObjectLockEnabledForBucket=locked,
        CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"},
    )
    return s3


class TestKms:
    @pytest.mark.parametrize("spec", ["ECC_NIST_P256", "RSA_2048"])
    def test_a_key_in_kms_signs(self, scene: Scene, tmp_path: Path, spec: str) -> None:
        made = scene.client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec)
        arn = made["KeyMetadata"]["Arn"]
        site = scene.site(signature={"method": "kms", "kms_key_arn": arn})
        folder = full_run(tmp_path)

        manifest = archiving.seal(site, folder)

        findings = archive.judge(folder.path, Trust(manifest.signers))
        assert [] == findings.problems + findings.unchecked
        assert 1 == len(manifest.signers)
        assert "sealed" == folder.events()[-1].kind

    def test_a_key_that_does_not_sign_so_is_named(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        kms = scene.client("kms")
        made = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P384")
        arn = made["KeyMetadata"]["Arn"]
        site = scene.site(signature={"method": "kms", "kms_key_arn": arn})

        with pytest.raises(PreconditionError, match=r"signs with ECDSA_SHA_384 only"):
            archiving.seal(site, full_run(tmp_path))


@pytest.mark.debian
def test_key_files_lie_beside_the_parameters(scene: Scene, tmp_path: Path) -> None:
    ed25519_key(scene.file.parent / "seal.pem")
    ssh_key(scene.file.parent / "alice")

    for method, name, start in (
        ("ed25519", "seal.pem", "sha256:"),
        ("ssh", "alice", "SHA256:"),
    ):
        site = scene.site(signature={"method": method, "key_file": name})
        folder = full_run(tmp_path / method)
        manifest = archiving.seal(site, folder)

        assert manifest.signers[0].startswith(start)
        assert f"signed by the key {start}" in "\n".join(archiving.words_of(manifest))
        assert () == archive.verify(folder.path)


class TestDeposit:
    def test_what_is_laid_down_is_read_back(self, scene: Scene, tmp_path: Path) -> None:
        s3 = bucket(scene)
        site = scene.site(deposit=LOCKED)
        folder = full_run(tmp_path)
        archiving.seal(site, folder)

        found = archiving.deposit(site, folder, clock=lambda: NOW)

        assert found is not None
        assert ("COMPLIANCE", "2026-12-23T12:00:00.000Z") == (found.mode, found.until)
        kept = s3.get_object(Bucket=BUCKET, Key=f"evidence/osaka/{folder.run_id}.zip")[
            "Body"
        ].read()
        (tmp_path / "fetched.zip").write_bytes(kept)
        assert (
            read_place(folder.path).files == read_place(tmp_path / "fetched.zip").files
        )
        assert () == archive.verify(tmp_path / "fetched.zip")
        assert () == archive.verify(folder.path)
        note = folder.path.with_name(f"{folder.run_id}.deposit.json")
        assert found.sha256 == json.loads(note.read_text())["sha256"]
        assert "COMPLIANCE until" in archiving.deposit_words(found)[0]

    def test_it_cannot_be_deleted(self, scene: Scene, tmp_path: Path) -> None:
        s3 = bucket(scene)
        site = scene.site(deposit=LOCKED)
        folder = full_run(tmp_path)
        archiving.seal(site, folder)
        found = archiving.deposit(site, folder)

        assert found is not None
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket=BUCKET, Key=found.key, VersionId=found.version)

    def test_a_bucket_that_forgets_is_refused(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        s3 = bucket(scene, locked=False)
        site = scene.site(deposit=LOCKED)
        folder = full_run(tmp_path)
        archiving.seal(site, folder)

        with pytest.raises(PreconditionError, match="no versioning and no Object Lock"):
            archiving.deposit(site, folder)
        assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)

    @pytest.mark.parametrize("method", LIES)
    def test_what_lies_there_is_not_taken_on_trust(
        self,
        scene: Scene,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
    ) -> None:
        bucket(scene)
        site = scene.site(deposit=LOCKED)
        folder = full_run(tmp_path)
        archiving.seal(site, folder)
        lie, words = LIES[method]
        monkeypatch.setattr(Deposits, method, lambda *_: lie)

        with pytest.raises(EvidenceError, match=words):
            archiving.deposit(site, folder)

    def test_without_a_bucket_nothing_is_laid_down(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        assert archiving.deposit(scene.site(), full_run(tmp_path)) is None


class TestScan:
    @pytest.fixture(autouse=True)
    def _nothing_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redact, "_known", {})

    def test_who_seals_need_not_have_handled_the_secret(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        """The code is in the store; this process never saw it."""
        scene.client("ssm").put_parameter(
            Name="/closednet/tokyo-dc1/activation",
            Type="SecureString",
            Value=json.dumps({"activation_id": "1a2b3c4d", "code": CODE}),
        )
        site = scene.site()
        folder = full_run(tmp_path)
        folder.write_handover("id.txt", "activation 1a2b3c4d\n")
        manifest = archiving.seal(site, folder)
        assert "code of /closednet/tokyo-dc1/activation" in manifest.scanned_for

        (folder.path / "handover/code.txt").write_text(CODE[:9] + "\n" + CODE[9:])
        with pytest.raises(EvidenceError, match=r"code\.txt holds the secret code of"):
            archiving.seal(site, folder)
        assert not folder.sealed

    def test_a_store_that_does_not_answer_is_told(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        raw = yaml.safe_load(scene.file.read_text())
        raw["accounts"]["management"]["role_arn"] = None
        raw["accounts"]["management"]["profile"] = "nobody"
        raw["connection"].pop("static_credentials")
        scene.file.write_text(yaml.safe_dump(raw))
        folder = full_run(tmp_path)
        archiving.seal(scene.site(), folder)

        (told,) = [e for e in folder.events() if e.kind == "unscanned"]
        assert "nobody" in told.data["reason"]
        assert () == archive.verify(folder.path)
