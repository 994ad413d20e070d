from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from appliance.catalogue.load import load
from appliance.errors import ContentError, ReleaseError
from appliance.release.channels import merged, refuse_borrowed, refuse_faulty, refuse_name
from appliance.release.contents import tree_of
from appliance.sync.readback import read_back
from appliance.sync.sources import FolderSource
from tests.ceremony import Society, site_in_leeds
from tests.content import real_tree
from tests.publisher import SIGNED_AT

LEEDS = "council-leeds"
SITE = site_in_leeds("council-leeds-care")
TREE = {"sites.toml": SITE}
TODAY = date(2026, 11, 22)


def test_a_councils_site_stands_beside_the_national_ones() -> None:
    both = load(merged(real_tree(), LEEDS, TREE))
    national = load(real_tree())
    assert both.sites.keys() - national.sites.keys() == {"council-leeds-care"}
    assert all(both.sites[slug] == site for slug, site in national.sites.items())
    refuse_faulty(real_tree(), LEEDS, TREE, TODAY)


def test_a_council_may_not_take_the_place_of_a_national_site() -> None:
    stolen = {"sites.toml": SITE.replace(b"council-leeds-care", b"nhs-app")}
    with pytest.raises(ReleaseError, match=r"nhs-app \(in sites\) must begin with council-leeds-"):
        merged(real_tree(), LEEDS, stolen)


@pytest.mark.parametrize(
    "path",
    ["helplines.toml", "languages.toml", "interface/en.po", "guides/en/get-nhs-app.md",
     "guides/en/council-leedsx.md", "topics.toml", "synonyms/en.toml", "handouts/pl.toml"],
)  # fmt: skip
def test_a_council_may_not_bring_what_is_the_nations(path: str) -> None:
    with pytest.raises(ReleaseError, match=re.escape(f"{path} cannot be in the channel")):
        merged(real_tree(), LEEDS, {path: b""})


def test_a_guide_whose_slug_is_not_its_files_is_found() -> None:
    """The file's name is the council's, the slug inside is not."""
    guide = real_tree()["guides/en/get-nhs-app.md"]
    with pytest.raises((ReleaseError, ContentError)):
        refuse_faulty(real_tree(), LEEDS, {"guides/en/council-leeds-app.md": guide}, TODAY)


def test_a_councils_error_is_told_with_the_line_of_its_own_file() -> None:
    broken = {"sites.toml": SITE.replace(b'"trusted-information"', b'"no-such-topic"')}
    with pytest.raises(ContentError, match=r"sites\.toml:7"):
        refuse_faulty(real_tree(), LEEDS, broken, TODAY)


@pytest.mark.parametrize(
    "name",
    ["leeds", "core", "root", "Council-Leeds", "council_leeds", "../x-y", "council-leeds",
     "council-leeds-east", "council", "nhs-app", "get-nhs", "a-" + "b" * 60],
)  # fmt: skip
def test_a_name_that_clashes_is_refused(name: str) -> None:
    with pytest.raises(ReleaseError):
        refuse_name(name, ["core", LEEDS], real_tree())


def test_another_council_may_join() -> None:
    refuse_name("council-york", ["core", LEEDS], real_tree())


def test_national_content_may_not_borrow_a_councils_name() -> None:
    national = {**real_tree(), "sites.toml": real_tree()["sites.toml"] + SITE}
    with pytest.raises(ReleaseError, match="as only the channel council-leeds may"):
        refuse_borrowed(national, [LEEDS])


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Society:
    society = Society.new(tmp_path_factory.mktemp("channels") / "society", real_tree())
    for name in ("gita", "hugo"):
        society.make_key(name)
    society.stage().channel(LEEDS, society.signers("gita", "hugo", threshold=2))
    society.sign("ann", "cleo")
    society.finish()
    society.stage().release(TREE, LEEDS)
    society.sign("gita", "hugo")
    society.finish()
    return society


@pytest.fixture
def society(founded: Society, tmp_path: Path) -> Society:
    shutil.copytree(founded.folder, tmp_path / "society")
    return Society(tmp_path / "society")


def test_a_device_would_find_both_channels(society: Society) -> None:
    core, leeds = read_back(FolderSource(society.repository), society.anchor(), SIGNED_AT)
    assert (core.release.channel, core.release.number) == ("core", 1)
    assert (leeds.release.channel, leeds.release.number) == (LEEDS, 1)
    assert tree_of(society.repository, leeds.release) == TREE
    assert set(leeds.expires) == {"root", "targets", "snapshot", "timestamp", LEEDS}


def test_a_council_cannot_sign_the_national_content_nor_the_nation_the_councils(
    society: Society,
) -> None:
    society.stage().release({"a.toml": b"a"})
    with pytest.raises(ReleaseError, match="no staged role wants the key gita"):
        society.sign("gita")
    society.stage().release({"sites.toml": b""}, LEEDS)
    society.sign("ann", "bob")
    with pytest.raises(ReleaseError, match="council-leeds needs 2 more"):
        society.finish()


def test_a_council_that_publishes_leaves_the_national_release_as_it_is(society: Society) -> None:
    society.stage().release({"sites.toml": SITE + b"# more\n"}, LEEDS)
    society.sign("gita", "hugo")
    society.finish()
    core, leeds = read_back(FolderSource(society.repository), society.anchor(), SIGNED_AT)
    assert (core.release.number, leeds.release.number) == (1, 2)


def test_content_for_a_channel_that_is_not_there_is_refused(society: Society) -> None:
    with pytest.raises(ReleaseError, match="has no channel council-york: it has core, council"):
        society.stage().release({}, "council-york")
