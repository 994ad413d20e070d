from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, Key, Signer

from appliance.errors import ReleaseError
from appliance.release.keyfile import (
    material,
    name_of,
    new_key,
    open_folder,
    open_signer,
    read_public,
)

PASSPHRASE = "grüne Wiese am Bach"


def _never(question: str) -> str:
    raise AssertionError(question)


def test_a_locked_key_opens_with_its_passphrase_however_it_is_typed(tmp_path: Path) -> None:
    key = new_key(tmp_path / "ann.pem", PASSPHRASE)
    decomposed = PASSPHRASE.replace("ü", "u\N{COMBINING DIAERESIS}")
    signer = open_signer(str(tmp_path / "ann.pem"), lambda _question: decomposed)
    key.verify_signature(signer.sign(b"release"), b"release")
    assert (tmp_path / "ann.pem").stat().st_mode & 0o777 == 0o600


def test_openssl_reads_a_locked_key(tmp_path: Path) -> None:
    new_key(tmp_path / "ann.pem", "correct horse battery")
    done = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "ann.pem", "-passin", "stdin", "-pubout"],
        input=b"correct horse battery\n", capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == (tmp_path / "ann.pub").read_bytes(), done.stderr


def test_a_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    new_key(tmp_path / "ann.pem", PASSPHRASE)
    with pytest.raises(ReleaseError, match="the passphrase is wrong"):
        open_signer(str(tmp_path / "ann.pem"), lambda _question: "something else altogether")


def test_a_short_passphrase_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="at least 12 characters"):
        new_key(tmp_path / "ann.pem", "too short")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["ann.pem", "ann.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("something of Ann's")
    with pytest.raises(ReleaseError, match="never overwritten"):
        new_key(tmp_path / "ann.pem", None)
    assert [path.name for path in tmp_path.iterdir()] == [there]


@pytest.mark.parametrize("name", ["ann.key", "ann", ".pem", "an n.pem", "\u202enna.pem"])
def test_a_name_that_others_could_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReleaseError):
        new_key(tmp_path / name, None)
    assert list(tmp_path.iterdir()) == []


def test_a_public_key_carries_its_files_name(tmp_path: Path) -> None:
    key = new_key(tmp_path / "ann.pem", None)
    assert read_public(tmp_path / "ann.pub") == key
    assert name_of(key) == f"ann ({key.keyid[:16]})"


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 99])
def test_what_is_no_public_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ann.pub").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"ann\.pub is not a public key"):
        read_public(tmp_path / "ann.pub")


def test_keys_of_tokens_on_elliptic_curves_are_taken_and_rsa_is_not(tmp_path: Path) -> None:
    pem, kind = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    token = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "token.pub").write_bytes(token.public_bytes(pem, kind))
    other = rsa.generate_private_key(65537, 2048).public_key()
    (tmp_path / "rsa.pub").write_bytes(other.public_bytes(pem, kind))
    assert material(read_public(tmp_path / "token.pub"))
    with pytest.raises(ReleaseError, match="neither"):
        read_public(tmp_path / "rsa.pub")


class _Token(CryptoSigner):
    """A token that keeps one key and asks for a PIN."""

    key: Signer

    @classmethod
    def from_priv_key_uri(  # type: ignore[override]  # a token returns what it holds
        cls, priv_key_uri: str, public_key: Key, secrets_handler: object = None
    ) -> Signer:
        assert (priv_key_uri, public_key.keytype) == ("drawer:upper", "ed25519")
        assert callable(secrets_handler)
        if secrets_handler("PIN") != "1234":
            raise ValueError("wrong PIN")
        return cls.key


def test_a_token_signs_through_the_same_door(tmp_path: Path) -> None:
    public = new_key(tmp_path / "ann.pem", None)
    _Token.key = open_signer(str(tmp_path / "ann.pem"), _never)
    SIGNER_FOR_URI_SCHEME["drawer"] = _Token
    try:
        signer = open_signer("drawer:upper", lambda _question: "1234", public)
        public.verify_signature(signer.sign(b"x"), b"x")
        with pytest.raises(ReleaseError, match="wrong PIN"):
            open_signer("drawer:upper", lambda _question: "0000", public)
        with pytest.raises(ReleaseError, match="--public"):
            open_signer("drawer:upper", _never)
    finally:
        del SIGNER_FOR_URI_SCHEME["drawer"]


def test_a_kind_of_key_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    public = new_key(tmp_path / "ann.pem", None)
    with pytest.raises(ReleaseError, match="cannot be used"):
        open_signer("abacus:7", _never, public)


def test_a_folder_without_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="holds no keys"):
        open_folder(tmp_path, _never)
