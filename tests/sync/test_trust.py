from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tuf.ngclient import Updater

from appliance.errors import SourceError, TrustError
from appliance.sync.sources import FolderSource
from appliance.sync.trust import ROLES, Trust
from tests.publisher import SIGNED_AT, Publisher, days_later

TREE = {"a.toml": b"a"}


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack(TREE)
    return publisher


@pytest.fixture
def trust(publisher: Publisher, tmp_path: Path) -> Trust:
    metadata = tmp_path / "metadata"
    metadata.mkdir()
    return Trust(publisher.anchor(), metadata, {}, SIGNED_AT)


def test_an_offer_names_the_version_of_every_role(publisher: Publisher, trust: Trust) -> None:
    offer = trust.newest(FolderSource(publisher.repository))
    assert offer.release.number == 1
    assert offer.versions == dict.fromkeys((*ROLES, "release"), 1)


@pytest.mark.parametrize("role", [*ROLES, "release"])
def test_a_version_below_the_floor_is_refused_whatever_its_role(
    publisher: Publisher, trust: Trust, role: str
) -> None:
    careful = replace(trust, floor={role: 2})
    with pytest.raises(TrustError, match=f"{role} version 1, older than version 2"):
        careful.newest(FolderSource(publisher.repository))


def test_expiry_is_judged_by_the_time_given(publisher: Publisher, trust: Trust) -> None:
    late = replace(trust, now=days_later(61))
    with pytest.raises(TrustError, match="out of date"):
        late.newest(FolderSource(publisher.repository))
    in_time = replace(trust, now=days_later(59))
    assert in_time.newest(FolderSource(publisher.repository)).release.number == 1


def test_the_tuf_client_still_has_the_clock_that_we_set(trust: Trust) -> None:
    updater = Updater(str(trust.metadata), "metadata", bootstrap=trust.anchor)
    assert hasattr(updater._trusted_set, "reference_time")


def test_metadata_larger_than_its_limit_is_refused(publisher: Publisher, trust: Trust) -> None:
    path = publisher.repository / "metadata" / "timestamp.json"
    path.write_bytes(path.read_bytes() + b" " * 20_000)
    with pytest.raises(SourceError, match="exceeding"):
        trust.newest(FolderSource(publisher.repository))


def test_memory_of_the_client_that_is_damaged_is_fetched_anew(
    publisher: Publisher, trust: Trust
) -> None:
    trust.newest(FolderSource(publisher.repository))
    for path in trust.metadata.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(b"")
    assert trust.newest(FolderSource(publisher.repository)).release.number == 1
