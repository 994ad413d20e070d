"""`helppoint tuf`: a plain client, as operators and other tools drive it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Helppoint
from tests.origin import Origin, origin
from tests.publisher import Publisher

NAME = "channels/core/release.json"
FILE = "channels%2Fcore%2Frelease.json"
NOW = datetime.now(UTC)


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack({"a.toml": b"a"}, NOW)
    return publisher


@pytest.fixture
def web(publisher: Publisher) -> Iterator[Origin]:
    with origin(publisher.repository) as running:
        yield running


class Client:
    """The command with one folder of metadata and one of artefacts."""

    def __init__(self, folder: Path, web: Origin, publisher: Publisher) -> None:
        self._box = Helppoint(folder, publisher)
        self.metadata = folder / "metadata"
        self.artefacts = folder / "artefacts"
        self._web = web

    def init(self, root: Path) -> tuple[int, str]:
        return self._run("init", str(root))

    def refresh(self) -> tuple[int, str]:
        return self._run("--metadata-url", f"{self._web.url}/metadata", "refresh")

    def download(self, *names: str) -> tuple[int, str]:
        wanted = [word for name in names for word in ("--target-name", name)]
        where = ["--metadata-url", f"{self._web.url}/metadata"]
        base = ["--target-base-url", f"{self._web.url}/targets", "--target-dir", self.artefacts]
        return self._run(*where, *wanted, *map(str, base), "download")

    def version(self, role: str) -> int:
        signed = json.loads((self.metadata / f"{role}.json").read_bytes())["signed"]
        return int(signed["version"])

    def _run(self, *words: str) -> tuple[int, str]:
        done = self._box.run("tuf", "--metadata-dir", str(self.metadata), *words)
        return done.returncode, done.stderr


@pytest.fixture
def client(tmp_path: Path, web: Origin, publisher: Publisher) -> Client:
    client = Client(tmp_path, web, publisher)
    assert client.init(root_of(publisher)) == (0, "")
    return client


def root_of(publisher: Publisher) -> Path:
    return publisher.repository / "metadata" / "1.root.json"


def test_to_begin_asks_nobody(client: Client, web: Origin) -> None:
    assert web.paths == []
    assert client.version("root") == 1


def test_metadata_is_kept_under_names_without_versions(client: Client) -> None:
    assert client.refresh() == (0, "")
    files = {path.name for path in client.metadata.glob("*.json")}
    assert files == {"root.json", "timestamp.json", "snapshot.json", "targets.json"}


def test_an_artefact_is_fetched_once_and_again_when_it_is_damaged(
    client: Client, web: Origin, publisher: Publisher
) -> None:
    assert client.download(NAME) == (0, "")
    signed = next((publisher.repository / "targets").rglob("*.release.json")).read_bytes()
    file = client.artefacts / FILE
    assert file.read_bytes() == signed
    asked = [path for path in web.paths if path.startswith("/targets")]
    assert client.download(NAME, NAME) == (0, "")
    assert [path for path in web.paths if path.startswith("/targets")] == asked
    file.write_bytes(b"other")
    assert client.download(NAME) == (0, "")
    assert file.read_bytes() == signed
    assert [path.name for path in client.artefacts.iterdir()] == [FILE]


def test_a_name_that_nobody_signed_is_an_error(client: Client) -> None:
    code, said = client.download("channels/core/other.json")
    assert (code, "no role of this repository signs" in said) == (1, True)
    assert list(client.artefacts.iterdir()) == []


def test_another_artefact_than_was_signed_is_refused(
    client: Client, web: Origin, publisher: Publisher
) -> None:
    assert client.download(NAME) == (0, "")
    before = (client.artefacts / FILE).read_bytes()
    publisher.pack({"a.toml": b"b"}, NOW)
    web.faults["/targets/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"
    assert client.download(NAME)[0] == 1
    assert (client.artefacts / FILE).read_bytes() == before


def test_an_older_timestamp_is_refused(client: Client, publisher: Publisher) -> None:
    timestamp = publisher.repository / "metadata" / "timestamp.json"
    old = timestamp.read_bytes()
    publisher.pack({"a.toml": b"b"}, NOW)
    assert client.refresh() == (0, "")
    timestamp.write_bytes(old)
    assert client.refresh()[0] == 1
    assert client.version("timestamp") == 2


def test_the_clock_is_the_computers_own(client: Client, publisher: Publisher) -> None:
    """No floor: what expired by the computer's clock is refused, whenever this code was made."""
    (publisher.repository / "metadata" / "timestamp.json").unlink()
    publisher.pack({"a.toml": b"c"}, NOW - timedelta(days=61))
    code, said = client.refresh()
    assert (code, "out of date" in said) == (1, True)


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_root_lost_in_a_power_cut_is_found_again(client: Client, harm: object) -> None:
    assert client.refresh() == (0, "")
    assert callable(harm)
    harm(client.metadata / "root.json")
    code, said = client.refresh()
    if harm is Path.unlink:
        assert (code, said) == (0, "")
    else:
        # The link leads to the only root there ever was: without it there is nothing to trust.
        assert (code, "init ROOT" in said) == (1, True)


def test_without_a_root_it_says_how_to_begin(
    tmp_path: Path, web: Origin, publisher: Publisher
) -> None:
    code, said = Client(tmp_path / "new", web, publisher).refresh()
    assert (code, "init ROOT" in said) == (1, True)
    assert web.paths == []


def test_what_is_no_root_is_refused(tmp_path: Path, web: Origin, publisher: Publisher) -> None:
    timestamp = publisher.repository / "metadata" / "timestamp.json"
    for wrong in (timestamp, tmp_path / "not there"):
        assert Client(tmp_path / "new", web, publisher).init(wrong)[0] == 1


def test_a_repository_of_a_stranger_is_refused(
    client: Client, tmp_path: Path, publisher: Publisher
) -> None:
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack({"a.toml": b"a"}, NOW)
    shutil.copytree(
        stranger.repository / "metadata", publisher.repository / "metadata", dirs_exist_ok=True
    )
    assert client.refresh()[0] == 1
    assert not (client.metadata / "timestamp.json").exists()
