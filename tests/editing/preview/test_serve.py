from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.editing.preview.serve import is_loopback, preview, serve
from appliance.errors import ConfigError
from tests.catalogue.trees import OTHER_GUIDE
from tests.editing.preview.folder import save, watched, write
from tests.editing.samples import good


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, good())


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return preview(watched(folder)).test_client()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "a.uk", "", "127.0.0.1.a.uk"])  # noqa: S104 - what must be refused
def test_an_address_that_others_can_reach_is_refused(folder: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="this computer only"):
        serve(watched(folder), host, 0, on_ready=lambda _: pytest.fail("it listened"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_this_computers_own_addresses_are_fine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["evil.example", "192.168.0.1:8010", "127.0.0.1.evil.example"])
def test_a_name_that_somebody_gave_this_computer_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 403
    assert client.get("/en/log-in", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8010", "localhost", "[::1]:8010"])
def test_this_computers_own_names_are_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_the_screen_may_run_only_our_script(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "unsafe" not in policy


def test_pages_are_the_boxs_own_with_its_own_policy(client: FlaskClient) -> None:
    answer = client.get("/en/log-in")
    assert "You need your password." in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def test_the_handout_is_a_pdf(client: FlaskClient) -> None:
    answer = client.get("/en/handouts/before-you-start-a4.pdf?abc")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_a_handout_that_cannot_be_laid_out_is_a_sentence(folder: Path, client: FlaskClient) -> None:
    long = b"a" * 61
    save(folder / "handouts.toml", good()["handouts.toml"].replace(b"Your phone", long))
    answer = client.get("/en/handouts/before-you-start-a4.pdf")
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert "has 61 letters" in answer.text


@pytest.mark.parametrize("path", ["/none", "/en/handouts/none-a4.pdf", "/../etc/passwd"])
def test_what_is_not_there_is_said(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["preview.css", "preview.js"])
def test_the_screens_own_files_are_served(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    answer.close()


def test_the_stamp_changes_with_a_file_and_is_never_kept(folder: Path, client: FlaskClient) -> None:
    first = client.get("/stamp")
    assert first.headers["Cache-Control"] == "no-store"
    assert client.get("/stamp").text == first.text
    save(folder / OTHER_GUIDE, good()[OTHER_GUIDE] + b"\nMore.\n")
    assert client.get("/stamp").text != first.text
    assert f'data-stamp="{client.get("/stamp").text}"' in client.get("/").text


def test_a_file_that_breaks_is_no_traceback(folder: Path, client: FlaskClient) -> None:
    save(folder / OTHER_GUIDE, b"+++\nslug = \n+++\n")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "This is not TOML" in answer.text
