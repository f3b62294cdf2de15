"""
Sealing and laying down a run's archive as its site's parameters say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from closednet.aws.access_keys import key_secret
from closednet.aws.activation_codes import activation_secret
from closednet.aws.deposits import Deposits, Lock
from closednet.aws.learning import PACKED_NAMES
from closednet.aws.secret_store import open_store, unpack
from closednet.aws.signing_keys import KmsSigningKey
from closednet.errors import ClosednetError, EvidenceError, PreconditionError
from closednet.evidence import archive, files
from closednet.evidence.journal import stamp
from closednet.evidence.run_folder import utc_now
from closednet.evidence.signing import Ed25519File, KeptKey, Sealing, SshKey
from closednet.evidence.stamping import Stamper
from closednet.evidence.verifier.seal import Trust
from closednet.recorder import NullRecorder
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from closednet.evidence.archive import Manifest
    from closednet.evidence.run_folder import RunFolder
    from closednet.evidence.signing import Signer
    from closednet.site import Site


@dataclass(frozen=True, slots=True)
class Deposited:
    """
    An archive as it lies in a bucket, read back after it was put there.
    """

    bucket: str
    key: str
    version: str
    sha256: str
    mode: str
    until: str


def seal(site: Site, folder: RunFolder) -> Manifest:
    """
    Seal a run's folder, signed and time-stamped as the parameters say.

    Raises:
        EvidenceError: A secret stands in a file, or it could not be signed or
            time-stamped; nothing is sealed.
        PreconditionError: A key or a program is missing; nothing was written.
    """
    _learn_secrets(site, folder)
    return archive.seal(folder, sealing_of(site))


def _learn_secrets(site: Site, folder: RunFolder) -> None:
    """
    Learn from the store what the archive must not hold.

    The process that seals is mostly not the one that handled the secrets. Where the
    store cannot be asked, the archive says so, and what the notebooks themselves
    looked for before they ended still counts.
    """
    name = site.params.site
    try:
        account, beside = _apart(site).management, site.params_file.parent
        store = open_store(account, site.params, beside)
        for kept in (activation_secret(name), key_secret(name)):
            for label, value in unpack(store.get(kept)).items():
                if label in PACKED_NAMES:
                    Secret(value, name=f"{label} of {kept}")
    except ClosednetError as err:
        folder.journal.record("unscanned", reason=err.message)


def sealing_of(site: Site) -> Sealing:
    """
    Return how the archives of a site are sealed.
    """
    time_stamp = site.params.evidence.time_stamp
    url = time_stamp.url
    stamper = Stamper(url, trust_of(site).authority) if url else None
    return Sealing(tuple(_signers(site)), stamper)


def trust_of(site: Site) -> Trust:
    """
    Return by whose certificates the time stamps of a site are judged.
    """
    authority = site.params.evidence.time_stamp.authority_file
    return Trust(authority=_beside(site, authority) if authority else None)


def words_of(manifest: Manifest) -> tuple[str, ...]:
    """
    Return what was sealed, a line each, for people.
    """
    signed = tuple(f"✅ signed by the key {name}" for name in manifest.signers)
    stamped = ("✅ time-stamped",) if manifest.timestamp else ()
    return (
        "✅ sealed: no secret found, every file has its digest",
        *(signed or ("not signed: note the SHA-256 of manifest.json elsewhere",)),
        *stamped,
    )


def deposit(
    site: Site, folder: RunFolder, *, clock: Callable[[], datetime] = utc_now
) -> Deposited | None:
    """
    Put the sealed archive into the site's bucket, read it back, and compare.

    What was found there is noted beside the folder, as nothing may be added to it.

    Raises:
        PreconditionError: The bucket has no versioning or no Object Lock.
        EvidenceError: What lies there is not what was put there.
    """
    asked = site.params.evidence.deposit
    if asked.bucket is None:
        return None
    place = Deposits(_apart(site).management, asked.bucket)
    missing = place.missing()
    if missing:
        raise PreconditionError(
            f"bucket {asked.bucket} has no {' and no '.join(missing)}",
            hint="an archive is laid down only where it cannot be overwritten: make a"
            " bucket with Object Lock (which turns versioning on)",
        )
    packed = archive.pack(folder.path)
    key = f"{asked.prefix.rstrip('/')}/{folder.site}/{folder.run_id}.zip"
    until = (clock() + timedelta(days=asked.retention_days)).replace(microsecond=0)
    version = place.put(key, packed, Lock(asked.mode, until))
    found = _read_back(place, key, version, packed, Lock(asked.mode, until))
    note = folder.path.with_name(f"{folder.run_id}.deposit.json")
    files.write_json(note, {name: getattr(found, name) for name in Deposited.__slots__})
    return found


def deposit_words(found: Deposited) -> tuple[str, ...]:
    """
    Return where an archive was laid down, for people.
    """
    place = f"s3://{found.bucket}/{found.key}, version {found.version}"
    return (f"✅ laid down and read back: {place}, {found.mode} until {found.until}",)


def _read_back(
    place: Deposits, key: str, version: str, packed: bytes, wanted: Lock
) -> Deposited:
    problems = []
    if not version:
        problems.append("it has no version")
    elif place.read(key, version) != packed:
        problems.append("its content is another")
    lock = place.lock(key, version) if version else Lock()
    if lock.mode != wanted.mode or lock.until < wanted.until:
        problems.append("it is not locked as asked for")
    if problems:
        raise EvidenceError(
            f"{place.bucket}/{key} was put, but {' and '.join(problems)}",
            hint="do not rely on it; look at the bucket, then run this again",
        )
    digest = sha256(packed).hexdigest()
    return Deposited(place.bucket, key, version, digest, lock.mode, stamp(lock.until))


def _signers(site: Site) -> list[Signer]:
    asked = site.params.evidence.signature
    key_file = _beside(site, asked.key_file or "")
    match asked.method:
        case "ed25519":
            return [Ed25519File(key_file)]
        case "ssh":
            return [SshKey(key_file)]
        case "kms":
            account = _apart(site).management
            return [KeptKey(KmsSigningKey(account, asked.kms_key_arn or ""))]
        case "none":
            return []


def _apart(site: Site) -> Site:
    """
    Return the site with calls that are not journaled: the journal has ended.

    What signs and lays down a sealed journal cannot stand in it; AWS's own trail
    has these calls.
    """
    return replace(site, recorder=NullRecorder())


def _beside(site: Site, name: str) -> Path:
    return site.params_file.parent / name
