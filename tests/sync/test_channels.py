"""A box that reads councils' channels beside the national one, signed by the publisher's tools."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    Snapshot,
    Targets,
    Timestamp,
)

from appliance.catalogue.model import Catalogue
from appliance.errors import ApplianceError, ChannelError, HandoutError, TrustError
from appliance.release.ceremony import release_metadata
from appliance.release.keys import CORE, TARGETS
from appliance.release.manifest import Release, read_release
from appliance.release.online import snapshot_of, timestamps_of
from appliance.release.staging import Staging
from appliance.store.pointer import Pointer
from appliance.sync.content import each_blob_of, shown_catalogue
from appliance.sync.export import export
from appliance.sync.update import remake, roll_back
from tests.ceremony import Society, site_in_leeds
from tests.content import CONTENT
from tests.origin import origin
from tests.publisher import SIGNED_AT, days_later, files_in
from tests.sync.device import Box

LEEDS, YORK = "council-leeds", "council-york"
NAMES = {LEEDS: "Leeds City Council", YORK: "City of York Council"}
LANGUAGES = (CONTENT / "languages.toml").read_bytes().split(b"[[languages]]")
GUIDE = (CONTENT / "guides/en/get-nhs-app.md").read_bytes()


def nation(*sites: str) -> dict[str, bytes]:
    """The smallest national content that has these sites."""
    return {
        "languages.toml": b"[[languages]]".join(LANGUAGES[:3]),
        "topics.toml": (CONTENT / "topics.toml").read_bytes(),
        "sites.toml": b"".join(site_in_leeds(slug) for slug in sites),
    }


def council(channel: str, *names: str) -> dict[str, bytes]:
    """A council's content that has these sites, such as `care` for council-leeds-care."""
    return {"sites.toml": b"".join(site_in_leeds(f"{channel}-{name}") for name in names)}


def guide_of_leeds(site: str) -> dict[str, bytes]:
    """A council's guide, which sends people to a site."""
    text = f"""+++
slug = "council-leeds-home"
title = "Care in Leeds"
question = "Who helps at home?"
topic = "trusted-information"
audience = ["everyone"]
clinical = false
reviewed = 2026-11-22
review_every_months = 3
sources = ["council-leeds-site"]
links = ["{site}"]
related = []
+++
Ask the council.
"""
    source = b"""
[[sources]]
slug = "council-leeds-site"
title = "Care at home"
publisher = "Leeds City Council"
url = "https://www.leeds.gov.uk/"
read = 2026-11-22
"""
    return {"guides/en/council-leeds-home.md": text.encode(), "sources.toml": source}


def _render(catalogue: Catalogue, release: Release, folder: Path) -> None:
    if any(slug.endswith("unprintable") for slug in catalogue.sites):
        raise HandoutError("it cannot be laid out")
    page = {
        "release": release.number,
        "slugs": sorted({*catalogue.sites, *(slug for _, slug in catalogue.guides)}),
        "councils": dict(catalogue.councils),
    }
    (folder / "page").write_text(json.dumps(page))


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Society:
    """A nation and two councils, each with its first release; nobody changes it."""
    society = Society.new(tmp_path_factory.mktemp("channels") / "society", nation("nhs-app"))
    for name in ("gita", "hugo"):
        society.make_key(name)
    for channel, key in ((LEEDS, "gita"), (YORK, "hugo")):
        society.stage().channel(channel, society.signers(key), NAMES[channel])
    society.sign("ann", "bob")
    society.finish()
    publish(society, LEEDS, council(LEEDS, "care"))
    publish(society, YORK, council(YORK, "care"))
    return society


def publish(society: Society, channel: str, tree: dict[str, bytes], share: int = 100) -> None:
    society.stage().release(tree, channel, share)
    society.sign(*{CORE: ("ann", "bob"), LEEDS: ("gita",), YORK: ("hugo",)}[channel])
    society.finish()


@pytest.fixture
def society(founded: Society, tmp_path: Path) -> Society:
    shutil.copytree(founded.folder, tmp_path / "society")
    return Society(tmp_path / "society")


@pytest.fixture
def box(society: Society, tmp_path: Path) -> Box:
    return _box(society, tmp_path / "box", LEEDS, YORK)


def _box(society: Society, folder: Path, *channels: str) -> Box:
    return Box(folder, society.anchor(), days_later(1), channels=channels, render=_render)


def slugs(box: Box) -> list[str]:
    """What a visitor would find."""
    found: list[str] = json.loads(box.shown() or "{}").get("slugs", [])
    return found


def synced(box: Box, society: Society) -> list[str]:
    """Sync, with the faults of this time only. Returns what is shown then."""
    box.faults.clear()
    box.sync(str(society.repository))
    return slugs(box)


def pointer_of(box: Box) -> Pointer:
    pointer = box.store.pointer()
    assert pointer is not None
    return pointer


def blobs_in(box: Box) -> set[str]:
    return {path for path in files_in(box.store.folder) if path.startswith("blobs/")}


def test_councils_stand_beside_the_nation_and_their_names_with_them(
    box: Box, society: Society
) -> None:
    assert synced(box, society) == ["council-leeds-care", "council-york-care", "nhs-app"]
    assert json.loads(box.shown() or "")["councils"] == NAMES
    catalogue = shown_catalogue(box.store)
    assert catalogue.council_of("council-leeds-care") == "Leeds City Council"
    assert catalogue.council_of("nhs-app") == ""
    assert box.faults == {}


def test_a_box_reads_only_the_channels_of_its_settings(society: Society, tmp_path: Path) -> None:
    box = _box(society, tmp_path / "box", YORK)
    assert synced(box, society) == ["council-york-care", "nhs-app"]
    assert not (box.store.metadata / f"{LEEDS}.json").exists()


def test_the_floor_is_kept_for_each_channel(box: Box, society: Society) -> None:
    publish(society, LEEDS, council(LEEDS, "care", "bins"))
    synced(box, society)
    floor = pointer_of(box).floor
    assert (floor[LEEDS], floor[f"release/{LEEDS}"]) == (2, 2)
    assert (floor[YORK], floor[f"release/{YORK}"]) == (1, 1)
    assert (floor[CORE], floor["release"]) == (1, 1)


def test_nothing_new_changes_nothing(box: Box, society: Society) -> None:
    synced(box, society)
    before = files_in(box.folder)
    assert box.sync(str(society.repository)) is None
    assert files_in(box.folder) == before


def test_a_councils_update_leaves_the_nations_release_as_it_is(box: Box, society: Society) -> None:
    synced(box, society)
    publish(society, LEEDS, council(LEEDS, "care", "bins"))
    assert synced(box, society) == [
        "council-leeds-bins", "council-leeds-care", "council-york-care", "nhs-app",
    ]  # fmt: skip
    assert json.loads(box.shown() or "")["release"] == 1


def test_a_councils_older_release_is_refused_and_the_nations_newer_one_is_shown(
    box: Box, society: Society
) -> None:
    """Even when the client's own memory was lost in a power cut."""
    publish(society, LEEDS, council(LEEDS, "care", "bins"))
    shown = synced(box, society)
    floor = {**pointer_of(box).floor, LEEDS: 9}
    box.store.move_pointer(pointer_of(box).accepting(floor, ""))
    publish(society, CORE, nation("nhs-app", "nhs-login"))
    assert synced(box, society) == sorted([*shown, "nhs-login"])
    assert "offers council-leeds version 2, older than version 9" in box.faults[LEEDS]
    assert YORK not in box.faults


FAULTS = [
    (council("nhs", "app"), "nhs-app (in sites) must begin with council-leeds-"),
    (council(YORK, "bins"), "council-york-bins (in sites) must begin with council-leeds-"),
    ({"topics.toml": b""}, "topics.toml cannot be in the channel council-leeds"),
    ({"guides/en/get-nhs-app.md": GUIDE}, "guides/en/get-nhs-app.md cannot be in the channel"),
    ({"guides/en/council-york-x.md": GUIDE}, "council-york-x.md cannot be in the channel"),
    ({"interface/pl.po": b""}, "interface/pl.po cannot be in the channel council-leeds"),
    ({f"guides/en/{LEEDS}-{n}.md": b"" for n in range(2_001)}, "has 2002 files"),
    ({"sites.toml": b'[[sites]]\nname = """'}, "has a list that cannot be read"),
    ({"sites.toml": site_in_leeds(f"{LEEDS}-x").replace(b"trusted-", b"no-")}, "no-information"),
    ({"guides/en/council-leeds-x.md": b"no front matter"}, "front matter"),
    (council(LEEDS, "unprintable"), "cannot be laid out"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "complaint"), FAULTS)
def test_a_councils_bad_release_is_refused_as_a_whole_and_blocks_nobody(
    box: Box, society: Society, tree: dict[str, bytes], complaint: str
) -> None:
    """Signed all the same: by a council whose tools refuse nothing."""
    synced(box, society)
    publish(society, LEEDS, {**council(LEEDS, "bins"), **tree})
    publish(society, CORE, nation("nhs-app", "nhs-login"))
    publish(society, YORK, council(YORK, "roads"))
    assert synced(box, society) == [
        "council-leeds-care", "council-york-roads", "nhs-app", "nhs-login",
    ]  # fmt: skip
    assert complaint in box.faults[LEEDS]
    assert YORK not in box.faults


@pytest.mark.parametrize(("tree", "complaint"), FAULTS)
def test_a_new_box_shows_all_others_beside_a_bad_council(
    box: Box, society: Society, tree: dict[str, bytes], complaint: str
) -> None:
    publish(society, LEEDS, {**council(LEEDS, "bins"), **tree})
    assert synced(box, society) == ["council-york-care", "nhs-app"]
    assert complaint in box.faults[LEEDS]


@pytest.mark.parametrize(("tree", "complaint"), [FAULTS[2], FAULTS[-1]])
def test_what_cannot_be_shown_is_neither_fetched_nor_tried_again_until_something_changes(
    box: Box, society: Society, tree: dict[str, bytes], complaint: str
) -> None:
    synced(box, society)
    publish(society, LEEDS, tree)
    with origin(society.repository) as web:
        box.sync(web.url)
        before = files_in(box.folder)
        box.stages.clear()
        box.faults.clear()
        web.paths.clear()
        box.sync(web.url)
        assert complaint in box.faults[LEEDS]
        assert web.paths == ["/metadata/2.root.json", "/metadata/timestamp.json"]
        assert (box.stages, files_in(box.folder)) == ([], before)
    publish(society, LEEDS, council(LEEDS, "mended"))
    assert "council-leeds-mended" in synced(box, society)
    assert box.faults == {}
    assert pointer_of(box).attempt is None


def test_a_release_json_that_would_swell_the_pointer_is_refused(box: Box, society: Society) -> None:
    synced(box, society)
    signed = society.files.release(LEEDS)
    assert signed is not None
    swollen = json.dumps({**json.loads(signed), "release": 2, "x": "y" * 8_000}).encode()
    staging = Staging(society.repository)
    staging.put_release(LEEDS, swollen)
    staging.put(LEEDS, release_metadata(LEEDS, swollen, 2, SIGNED_AT))
    society.sign("gita")
    society.finish()
    publish(society, CORE, nation("nhs-login"))
    assert synced(box, society) == ["council-leeds-care", "council-york-care", "nhs-login"]
    assert "that a device could read" in box.faults[LEEDS]


def test_a_council_cannot_hand_its_channel_on(box: Box, society: Society) -> None:
    """Its metadata names no release, but somebody who would: whom nobody asks."""
    synced(box, society)
    publish(society, LEEDS, council(LEEDS, "bins"))
    metadata = society.files.published().channels[LEEDS]
    target = metadata.signed.targets
    key = society.signer("hugo").public_key
    role = DelegatedRole("friend", [key.keyid], 1, terminating=True, paths=["channels/*/*"])
    metadata.signed.delegations = Delegations({key.keyid: key}, {"friend": role})
    metadata.signed.targets, metadata.signed.version = {}, 3
    metadata.signatures.clear()
    friend = Metadata(Targets(1, expires=metadata.signed.expires, targets=target))
    _sign(society, f"3.{LEEDS}", metadata, "gita")
    _sign(society, "1.friend", friend, "hugo")
    publish_snapshot(society, {LEEDS: 3, "friend": 1})
    assert "council-leeds-bins" not in synced(box, society)
    assert "signs no channels/council-leeds/release.json" in box.faults[LEEDS]


def test_bad_releases_do_not_pile_up_on_the_card(box: Box, society: Society) -> None:
    synced(box, society)
    kept = blobs_in(box)
    for number in range(3):
        publish(society, LEEDS, council(LEEDS, f"{number}-unprintable"))
        synced(box, society)
        assert blobs_in(box) == kept


def test_releases_that_arrive_damaged_do_not_pile_up_on_the_card(
    box: Box, society: Society
) -> None:
    synced(box, society)
    kept = blobs_in(box)
    for number in range(3):
        there = set(files_in(society.repository))
        publish(society, LEEDS, {**guide_of_leeds("nhs-app"), **council(LEEDS, f"{number}")})
        new = sorted(set(files_in(society.repository)) - there)
        blobs = [society.repository / path for path in new if path.startswith("blobs/")]
        smallest = min(blobs, key=lambda blob: blob.stat().st_size)
        smallest.write_bytes(smallest.read_bytes()[::-1])
        synced(box, society)
        assert "its bytes are not those that were signed" in box.faults[LEEDS]
        assert blobs_in(box) == kept


def test_the_nations_bad_release_blocks_no_council(box: Box, society: Society) -> None:
    synced(box, society)
    publish(society, CORE, nation("nhs-app", "unprintable"))
    publish(society, LEEDS, council(LEEDS, "bins"))
    for _again in range(2):
        with pytest.raises(ApplianceError, match="cannot be laid out"):
            synced(box, society)
        assert slugs(box) == ["council-leeds-bins", "council-york-care", "nhs-app"]
        assert box.faults == {}


def test_a_nation_that_borrows_a_councils_name_is_refused_and_blocks_no_council(
    box: Box, society: Society
) -> None:
    synced(box, society)
    publish(society, CORE, nation("nhs-app", "council-york-nation"))
    publish(society, YORK, council(YORK, "roads"))
    with pytest.raises(ChannelError, match="is named as only the channel council-york may"):
        synced(box, society)
    assert slugs(box) == ["council-leeds-care", "council-york-roads", "nhs-app"]


def test_a_council_that_leans_on_what_the_nation_took_away_is_left_out(
    box: Box, society: Society
) -> None:
    publish(society, LEEDS, guide_of_leeds("nhs-app"))
    assert "council-leeds-home" in synced(box, society)
    publish(society, CORE, nation("nhs-login"))
    assert synced(box, society) == ["council-york-care", "nhs-login"]
    assert "nhs-app" in box.faults[LEEDS]
    publish(society, LEEDS, guide_of_leeds("nhs-login"))
    assert synced(box, society) == ["council-leeds-home", "council-york-care", "nhs-login"]


def test_a_council_whose_files_are_not_there_blocks_nobody(box: Box, society: Society) -> None:
    synced(box, society)
    there = set(files_in(society.repository))
    publish(society, LEEDS, council(LEEDS, "bins"))
    for path in set(files_in(society.repository)) - there:
        if path.startswith("blobs/"):
            (society.repository / path).unlink()
    publish(society, CORE, nation("nhs-login"))
    assert synced(box, society) == ["council-leeds-care", "council-york-care", "nhs-login"]
    assert "there is no blobs/" in box.faults[LEEDS]


def test_a_councils_damaged_blob_is_refused(box: Box, society: Society) -> None:
    synced(box, society)
    there = set(files_in(society.repository))
    publish(society, LEEDS, council(LEEDS, "bins"))
    for path in set(files_in(society.repository)) - there:
        if path.startswith("blobs/"):
            blob = society.repository / path
            blob.write_bytes(blob.read_bytes()[::-1])
    assert synced(box, society) == ["council-leeds-care", "council-york-care", "nhs-app"]
    assert "its bytes are not those that were signed" in box.faults[LEEDS]


def test_a_council_that_would_fill_the_card_blocks_nobody(society: Society, tmp_path: Path) -> None:
    """A store of which the council's share is more than there is room for."""
    box = _box(society, tmp_path / "box", LEEDS)
    synced(box, society)
    large = {f"guides/en/{LEEDS}-{n}.md": bytes(9_900_000) for n in range(3)}
    publish(society, LEEDS, large)
    publish(society, CORE, nation("nhs-login"))
    assert synced(box, society) == ["council-leeds-care", "nhs-login"]
    assert "in all" in box.faults[LEEDS]


def publish_targets(society: Society, targets: Targets) -> None:
    """Sign and publish targets metadata as if no tool had refused it."""
    targets.version += 1
    _sign(society, f"{targets.version}.targets", Metadata(targets), "ann", "bob")
    publish_snapshot(society, {TARGETS: targets.version})


def publish_snapshot(society: Society, changed: Mapping[str, int]) -> None:
    """Sign that some roles have other versions now."""
    published = society.files.published()
    assert published.snapshot is not None
    assert published.timestamp is not None
    number = published.snapshot.signed.version + 1
    meta = published.snapshot.signed.meta
    numbers = {name.removesuffix(".json"): one.version for name, one in meta.items()}
    snapshot = snapshot_of(number, {**numbers, **changed}, SIGNED_AT)
    _, word = timestamps_of(published.timestamp.signed.version + 1, number, SIGNED_AT)
    _sign(society, f"{number}.snapshot", Metadata(snapshot), "online/online")
    _sign(society, "timestamp", Metadata(word[1]), "online/online")


def _sign(
    society: Society,
    name: str,
    metadata: Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp],
    *signers: str,
) -> None:
    for signer in signers:
        metadata.sign(society.signer(signer), append=True)
    society.files.metadata_path(name).write_bytes(metadata.to_bytes())


@pytest.mark.parametrize(
    "fields",
    [{"paths": ["channels/*/*"]}, {"paths": ["channels/core/*"]}, {"terminating": False},
     {"paths": ["channels/council-leeds/*", "channels/council-york/*"]},
     {"paths": None, "path_hash_prefixes": ["a"]}],
)  # fmt: skip
def test_a_delegation_beyond_its_paths_is_refused(
    box: Box, society: Society, fields: dict[str, object]
) -> None:
    """Whoever signed it: by it a council could speak for the nation."""
    shown, before = synced(box, society), pointer_of(box)
    published = society.files.published().targets
    assert published is not None
    assert published.signed.delegations is not None
    for name, value in fields.items():
        setattr(published.signed.delegations.roles[LEEDS], name, value)  # type: ignore[index]  # it has roles
    publish_targets(society, published.signed)
    with pytest.raises(TrustError, match="gives council-leeds more than its own paths"):
        synced(box, society)
    assert (slugs(box), pointer_of(box)) == (shown, before)


def test_pages_of_a_council_that_is_not_wanted_leave_and_its_blobs_are_pruned(
    society: Society, tmp_path: Path
) -> None:
    box, other = _box(society, tmp_path / "box", LEEDS, YORK), _box(society, tmp_path / "o", YORK)
    synced(box, society)
    publish(society, CORE, nation("nhs-app", "nhs-login"))
    synced(box, society)
    box.channels = (YORK,)
    remake(box.device)
    assert slugs(box) == ["council-york-care", "nhs-app", "nhs-login"]
    for tree in (nation("nhs-app"), nation("nhs-app", "nhs-login")):
        publish(society, CORE, tree)
        synced(other, society)
        synced(box, society)
    assert blobs_in(box) == blobs_in(other)
    assert pointer_of(box).floor[f"release/{LEEDS}"] == 1


def test_no_blob_of_an_unwanted_council_stays_at_once(box: Box, society: Society) -> None:
    synced(box, society)
    box.channels = (YORK,)
    remake(box.device)
    shown = pointer_of(box).current
    assert blobs_in(box) == {blob.path for blob in each_blob_of(box.store, shown)}
    assert pointer_of(box).previous is None


def test_a_council_that_the_nation_withdraws_leaves_and_may_come_back(
    box: Box, society: Society
) -> None:
    synced(box, society)
    society.stage().without_channel(LEEDS)
    society.sign("ann", "bob")
    society.finish()
    assert synced(box, society) == ["council-york-care", "nhs-app"]
    assert "has no channel council-leeds" in box.faults[LEEDS]
    shown = pointer_of(box).current
    assert blobs_in(box) == {blob.path for blob in each_blob_of(box.store, shown)}
    publish(society, CORE, nation("nhs-app", "nhs-login"))
    assert "nhs-login" in synced(box, society)
    society.stage().channel(LEEDS, society.signers("hugo"), "Leeds")
    society.stage().release(council(LEEDS, "again"), LEEDS)
    society.sign("ann", "bob", "hugo")
    society.finish()
    assert "council-leeds-again" in synced(box, society)
    assert pointer_of(box).floor[f"release/{LEEDS}"] == 2


def test_a_name_that_changes_is_on_the_pages_with_the_next_sync(box: Box, society: Society) -> None:
    synced(box, society)
    society.stage().channel(LEEDS, society.signers("gita"), "Leeds")
    society.sign("ann", "bob")
    society.finish()
    synced(box, society)
    assert json.loads(box.shown() or "")["councils"][LEEDS] == "Leeds"


def test_going_back_goes_back_in_every_channel_and_refuses_what_was_left(
    box: Box, society: Society
) -> None:
    before = synced(box, society)
    publish(society, LEEDS, council(LEEDS, "bins"))
    publish(society, CORE, nation("nhs-login"))
    after = synced(box, society)
    roll_back(box.device)
    assert slugs(box) == before
    assert synced(box, society) == before
    publish(society, YORK, council(YORK, "roads"))
    assert synced(box, society) == ["council-leeds-care", "council-york-roads", "nhs-app"]
    publish(society, LEEDS, council(LEEDS, "parks"))
    assert synced(box, society) == ["council-leeds-parks", "council-york-roads", "nhs-app"]
    assert "nhs-login" in after


def test_going_back_from_a_council_alone_leaves_the_nation_free_to_move_on(
    box: Box, society: Society
) -> None:
    synced(box, society)
    publish(society, LEEDS, council(LEEDS, "bins"))
    synced(box, society)
    roll_back(box.device)
    pointer = pointer_of(box)
    assert (pointer.refused, pointer.refused_of) == (0, {LEEDS: 2})
    assert synced(box, society) == ["council-leeds-care", "council-york-care", "nhs-app"]


def test_a_councils_release_is_tried_out_on_some_boxes_first(
    society: Society, tmp_path: Path
) -> None:
    boxes = [_box(society, tmp_path / f"box-{lot}", LEEDS) for lot in (4, 5)]
    for box, lot in zip(boxes, (4, 5), strict=True):
        box.store.prepare()
        (box.store.folder / "lot").write_text(str(lot))
        synced(box, society)
    publish(society, LEEDS, council(LEEDS, "bins"), share=5)
    assert [synced(box, society) for box in boxes] == [
        ["council-leeds-bins", "nhs-app"], ["council-leeds-care", "nhs-app"],
    ]  # fmt: skip


def test_a_stick_carries_every_channel_that_the_box_shows(
    box: Box, society: Society, tmp_path: Path
) -> None:
    shown = synced(box, society)
    export(box.store, box.anchor, tmp_path / "stick", lambda *_args: None)
    other = _box(society, tmp_path / "other", LEEDS, YORK)
    other.sync(str(tmp_path / "stick"))
    assert (slugs(other), other.faults) == (shown, {})


def test_a_stick_without_a_council_brings_all_else(society: Society, tmp_path: Path) -> None:
    """Written by a box that reads the nation only, or that has refused the council's newest."""
    box, plain = _box(society, tmp_path / "box", LEEDS), _box(society, tmp_path / "plain")
    synced(box, society)
    publish(society, CORE, nation("nhs-login"))
    publish(society, LEEDS, council(LEEDS, "bins"))
    synced(plain, society)
    export(plain.store, plain.anchor, tmp_path / "stick", lambda *_args: None)
    box.sync(str(tmp_path / "stick"))
    assert slugs(box) == ["council-leeds-care", "nhs-login"]
    assert "there is no metadata/2.council-leeds.json" in box.faults[LEEDS]
    assert "council-leeds-bins" in synced(box, society)


def test_a_councils_refused_release_is_not_on_a_stick(
    box: Box, society: Society, tmp_path: Path
) -> None:
    synced(box, society)
    publish(society, LEEDS, council(LEEDS, "unprintable"))
    synced(box, society)
    export(box.store, box.anchor, tmp_path / "stick", lambda *_args: None)
    assert not list((tmp_path / "stick").glob("targets/channels/council-leeds/*"))
    other = _box(society, tmp_path / "other", YORK)
    other.sync(str(tmp_path / "stick"))
    assert slugs(other) == ["council-york-care", "nhs-app"]


def test_files_in_languages_that_are_not_wanted_are_left_out_of_every_channel(
    society: Society, tmp_path: Path
) -> None:
    second = LANGUAGES[2].split(b'code = "')[1].split(b'"')[0].decode()
    more = {f"guides/{second}/council-leeds-home.md": b"never read"}
    publish(society, LEEDS, {**guide_of_leeds("nhs-app"), **more})
    box = _box(society, tmp_path / "box", LEEDS)
    box.languages = frozenset({"xx"})
    assert "council-leeds-home" in synced(box, society)
    box.languages = frozenset({second})
    assert synced(box, society) == ["nhs-app"]
    assert "front matter" in box.faults[LEEDS]


def test_a_pointer_of_a_box_with_one_channel_is_read_and_moved_on(
    society: Society, tmp_path: Path
) -> None:
    """As the application before this one wrote it."""
    box = _box(society, tmp_path / "box")
    synced(box, society)
    now = pointer_of(box)
    written = {
        "format": 1,
        "current": {"release": now.current.release_json, "site": now.current.site, "languages": []},
        "previous": None,
        "floor": {role: now.floor[role] for role in now.floor},
        "signed_at": now.signed_at,
        "refused": 0,
    }
    (box.store.folder / "current.json").write_text(json.dumps(written, indent=1))
    assert pointer_of(box) == now
    box.channels = (LEEDS,)
    assert synced(box, society) == ["council-leeds-care", "nhs-app"]
    assert read_release(pointer_of(box).current.councils[LEEDS].release_json.encode()).number == 1
