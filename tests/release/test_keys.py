from __future__ import annotations

from pathlib import Path

import pytest

from appliance.errors import ReleaseError
from appliance.release.keys import ROLES, key_file, load_keys, new_keys


def test_new_keys_can_be_loaded_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    new_keys(tmp_path / "keys")
    signers = load_keys(tmp_path / "keys")
    assert len({signer.public_key.keyid for signer in signers.values()}) == len(ROLES)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    new_keys(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ReleaseError, match="never overwritten"):
        new_keys(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="helppoint keys"):
        load_keys(tmp_path)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\xff" * 50])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    new_keys(tmp_path)
    key_file(tmp_path, "root").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"root\.pem is not"):
        load_keys(tmp_path)
