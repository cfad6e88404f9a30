"""A time stamp beside the ledger belongs to its lines; stock tools prove the rest."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from store_cases import HOUR, T0, content, edited, look, seen, with_edit

from monitor.cli.main import main
from monitor.settings import StoreSettings
from monitor.store.sealing import LEDGER
from monitor.store.sql import SqlStore, open_store
from monitor.store.stamping import OTS_HEAD, Stamped, stamps_beside

AUTHORITY = """
[tsa]
default_tsa = ours
[ours]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
[usage]
extendedKeyUsage = critical,timeStamping
"""


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A time-stamping authority of our own, in a folder."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: there is nobody to stamp")
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(AUTHORITY)
    (folder / "serial").write_text("01\n")
    made = openssl(
        folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.crt", "-subj", "/CN=Harbour time",
        "-addext", "extendedKeyUsage=critical,timeStamping",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return folder


def stamp(authority: Path, ledger: Path, algorithm: str = "-sha256") -> None:
    asked = openssl(authority, "ts", "-query", "-data", str(ledger), algorithm, "-cert", "-out", "asked.tsq")
    assert asked.returncode == 0, asked.stderr
    signer = ["-signer", "tsa.crt", "-inkey", "tsa.key", "-config", "tsa.cnf", "-section", "ours"]
    answered = openssl(authority, "ts", "-reply", "-queryfile", "asked.tsq", *signer, "-out", f"{ledger}.tsr")
    assert answered.returncode == 0, answered.stderr


def sealed(folder: Path) -> SqlStore:
    """A state with one seal."""
    store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    with_edit(store)
    store.seal(T0 + 2 * HOUR)
    return store


def seal_again(store: SqlStore) -> None:
    at = T0 + 3 * HOUR
    old = store.revisions(1)[-1].content
    look(store, 1, at, seen(1, 2, at, "edited", revision=edited(at, content("Third"), after=2, old=old)))
    store.seal(T0 + 4 * HOUR)


def verify(state: Path, capfd: pytest.CaptureFixture[str]) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["--state", str(state), "--config", str(state), "verify", "--ledger", str(state / LEDGER)])
    return ended.value.code, "".join(capfd.readouterr())


@pytest.mark.parametrize("algorithm", ["-sha256", "-sha512"])
def test_a_stamp_stays_good_while_the_ledger_grows(
    tmp_path: Path, authority: Path, algorithm: str, capfd: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    store = sealed(state)
    stamp(authority, state / LEDGER, algorithm)
    seal_again(store)
    store.close()

    code, said = verify(state, capfd)

    assert code == 0
    assert "ledger.jsonl.tsr stamps 1 seals" in said
    (tmp_path / "stamped").write_bytes((state / LEDGER).read_bytes().splitlines(keepends=True)[0])
    proof = openssl(
        tmp_path, "ts", "-verify", "-data", "stamped", "-in", str(state / f"{LEDGER}.tsr"), "-CAfile", str(authority / "tsa.crt")
    )
    assert "Verification: OK" in proof.stdout + proof.stderr


def test_a_stamp_of_another_ledger_is_a_fault(tmp_path: Path, authority: Path, capfd: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    sealed(state).close()
    (tmp_path / "other").write_text("another ledger\n")
    stamp(authority, tmp_path / "other")
    (tmp_path / "other.tsr").rename(state / f"{LEDGER}.tsr")

    code, said = verify(state, capfd)

    assert code == 1
    assert "ledger.jsonl.tsr stamps another text" in said


def test_an_opentimestamps_proof_is_held_against_its_lines(tmp_path: Path) -> None:
    ledger = tmp_path / LEDGER
    ledger.write_text('{"seal":1}\n{"seal":2}\n{"seal":3}\n')
    two = hashlib.sha256(b'{"seal":1}\n{"seal":2}\n').digest()
    good, bad = tmp_path / f"{LEDGER}.ots", tmp_path / f"{LEDGER}.old.ots"
    good.write_bytes(OTS_HEAD + two + b"\xf0\x10proof")
    bad.write_bytes(OTS_HEAD + bytes(32) + b"\xf0\x10proof")

    assert stamps_beside(ledger) == (Stamped(bad, None), Stamped(good, 2))
