"""The command line as people use it: real processes, real files, words and exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.conftest import Helppoint
from tests.content import CONTENT, GUIDE, PROJECT, tree_saying
from tests.printing.simulator import message_bus, simulated


def _plain(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_check_passes_the_projects_own_content() -> None:
    done = _plain("check", str(CONTENT))
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("0 errors, 0 warnings\n")


def test_check_names_file_line_and_mend_and_fails(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    guide = tmp_path / "content" / GUIDE
    text = guide.read_text()
    guide.write_text(text + "\nSee [the trusted page](site:no-such-site).\n")
    line = text.count("\n") + 2
    done = _plain("check", str(tmp_path / "content"))
    assert done.returncode == 1
    assert f"{guide}:{line}: error:" in done.stdout
    assert "Mend:" in done.stdout
    assert done.stdout.endswith("1 errors, 0 warnings\n")


def test_an_editor_makes_keys_packs_and_packs_again(tmp_path: Path) -> None:
    keys, repository = str(tmp_path / "keys"), str(tmp_path / "repository")
    assert _plain("keys", "dev", keys).returncode == 0
    first = _plain("pack", str(CONTENT), "--repository", repository, "--keys", keys)
    assert (first.returncode, first.stdout) == (0, f"Packed release 1 in {repository}.\n")
    again = _plain("pack", str(CONTENT), "--repository", repository, "--keys", keys)
    assert again.stdout == f"Nothing changed since release 1 in {repository}.\n"


def test_faulty_content_is_not_packed(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    (tmp_path / "content" / GUIDE).write_text("no front matter")
    _plain("keys", "dev", str(tmp_path / "keys"))
    done = _plain("pack", str(tmp_path / "content"), "--repository", str(tmp_path / "repository"),
                  "--keys", str(tmp_path / "keys"))  # fmt: skip
    assert done.returncode == 1
    assert GUIDE in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "repository").exists()


def test_sync_shows_what_is_newer_and_says_so(helppoint: Helppoint) -> None:
    first = helppoint.run("sync", "--embedded")
    assert "now showing release 1" in first.stderr
    helppoint.publisher.pack(tree_saying("Two."))
    second = helppoint.run("sync", str(helppoint.publisher.repository))
    assert "now showing release 2" in second.stderr
    third = helppoint.run("sync", str(helppoint.publisher.repository))
    assert (third.returncode, "nothing new" in third.stderr) == (0, True)


def test_embedded_content_that_is_older_is_left_alone(helppoint: Helppoint, tmp_path: Path) -> None:
    newer = tmp_path / "origin"
    shutil.copytree(helppoint.publisher.repository, newer)
    type(helppoint.publisher)(helppoint.publisher.keys, newer).pack(tree_saying("Two."))
    helppoint.run("sync", str(newer))
    done = helppoint.run("sync", "--embedded")
    assert done.returncode == 0, done.stderr
    pointer = json.loads((helppoint.home / "store" / "current.json").read_text())
    assert json.loads(pointer["current"]["release"])["release"] == 2


def test_a_source_that_fails_is_an_error_in_words_and_the_next_one_is_tried(
    helppoint: Helppoint,
) -> None:
    alone = helppoint.run("sync", "/no/such/stick")
    assert alone.returncode == 1
    assert "Error: /no/such/stick is not a folder" in alone.stderr
    assert "Traceback" not in alone.stderr
    helppoint.publisher.pack(tree_saying("Two."))
    both = helppoint.run("sync", "/no/such/stick", str(helppoint.publisher.repository))
    assert both.returncode == 0
    assert "Trying the next source" in both.stderr


def test_sync_without_any_source_says_where_to_name_one(helppoint: Helppoint) -> None:
    done = helppoint.run("sync")
    assert done.returncode == 3
    assert "helppoint.toml" in done.stderr


def test_a_damaged_pointer_is_set_aside_and_the_box_starts_again(helppoint: Helppoint) -> None:
    helppoint.run("sync", "--embedded")
    for name in ("current.json", "current-copy.json"):
        (helppoint.home / "store" / name).write_bytes(b"")
    done = helppoint.run("sync", "--embedded")
    assert done.returncode == 0, done.stderr
    assert "Starting again" in done.stderr
    assert (helppoint.home / "store" / "current.json.corrupt").exists()


def test_a_box_built_without_content_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "helppoint.toml").write_text(f'embedded = "{tmp_path / "none"}"\n')
    done = _plain("--home", str(tmp_path), "sync", "--embedded")
    assert done.returncode == 1
    assert "make build" in done.stderr


def test_the_librarys_name_appears_on_pages_and_paper(helppoint: Helppoint, tmp_path: Path) -> None:
    helppoint.run("sync", "--embedded")
    assert "library_name = your library\n" in helppoint.run("settings").stdout
    done = helppoint.run("settings", "library_name", "Oak Library")
    assert done.returncode == 0, done.stderr
    pointer = json.loads((helppoint.home / "store" / "current.json").read_text())
    pages = helppoint.home / "store" / "sites" / pointer["current"]["site"] / "pages"
    assert "Made by Oak Library." in (pages / "en" / "about.html").read_text()
    helppoint.run("print", "who-to-contact", "--to", str(tmp_path / "sheet.pdf"))
    with pikepdf.open(tmp_path / "sheet.pdf") as pdf:
        assert len(pdf.pages) == 1
    text = subprocess.run(["pdftotext", str(tmp_path / "sheet.pdf"), "-"], capture_output=True,
                          text=True, check=True).stdout  # fmt: skip
    assert "Made by Oak Library." in " ".join(text.split())


def test_a_setting_that_no_page_can_be_made_with_is_taken_back(helppoint: Helppoint) -> None:
    helppoint.run("sync", "--embedded")
    done = helppoint.run("settings", "library_name", "ห้องสมุด")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "library_name = your library\n" in helppoint.run("settings").stdout
    assert helppoint.run("settings", "library_name", "Oak Library").returncode == 0


def test_a_qr_code_becomes_a_picture_of_the_size_asked_for(
    helppoint: Helppoint, tmp_path: Path
) -> None:
    helppoint.run("sync", "--embedded")
    file = tmp_path / "code.png"
    done = helppoint.run("qr", "nhs-app", "--png", str(file), "--size-mm", "30", "--dpi", "300")
    assert done.stdout.endswith("https://www.nhs.uk/nhs-app/\n")
    read = subprocess.run(["zbarimg", "--nodbus", "--raw", "-q", str(file)], capture_output=True,
                          text=True, check=True).stdout  # fmt: skip
    assert read == "https://www.nhs.uk/nhs-app/\n"
    with Image.open(BytesIO(file.read_bytes())) as image:
        side_with_quiet_zone = 30 / 25.4 * 300 * 37 / 29
        assert side_with_quiet_zone <= image.width <= side_with_quiet_zone + 37


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("print", "no-such-handout", "--to", "x.pdf"), "choose before-you-start"),
        (("print", "who-to-contact"), "--to FILE.pdf or --printer"),
        (("print", "who-to-contact", "--to", "/no/such/folder/x.pdf"), "cannot be written"),
        (("print", "who-to-contact", "--printer", "ipp://127.0.0.1:9/ipp/print"), "printer"),
        (("qr", "no-such-site", "--png", "x.png"), "no website"),
        (("qr", "nhs-app", "--png", "x.png", "--size-mm", "10"), "needs"),
        (("settings", "colour", "red"), "no setting"),
        (("settings", "library_name", ""), "printable"),
    ],
)
def test_a_wrong_wish_gets_one_clear_sentence(
    shared_box: Helppoint, server: object, words: tuple[str, ...], said: str
) -> None:
    done = shared_box.run(*words)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_on_a_taken_port_says_so(helppoint: Helppoint) -> None:
    with helppoint.serving() as server:
        port = server.url.rpartition(":")[2]
        done = helppoint.run("serve", "--port", port)
    assert done.returncode == 1
    assert "already" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_serving_process_never_loads_signing_or_typesetting() -> None:
    code = "import sys, appliance.cli.server; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert {"flask", "waitress"} <= loaded
    assert not loaded & {"typst", "tuf", "cryptography", "PIL", "qrcode", "urllib3", "pyipp"}


def test_every_command_explains_itself() -> None:
    from appliance.cli import COMMANDS

    for name in COMMANDS:
        done = _plain(name, "--help")
        assert done.returncode == 0, name
        assert "Usage:" in done.stdout


def test_the_readme_names_only_commands_that_exist() -> None:
    import re

    from appliance.cli import COMMANDS

    readme = (PROJECT / "README.md").read_text()
    named = set(re.findall(r"`helppoint ([a-z]+)", readme))
    assert named
    assert named <= set(COMMANDS)
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", readme, re.MULTILINE)) <= targets


def test_a_handout_goes_straight_to_a_printer(helppoint: Helppoint, tmp_path: Path) -> None:
    helppoint.run("sync", "--embedded")
    helppoint.run("print", "get-the-app", "--to", str(tmp_path / "sheet.pdf"))
    folder = tmp_path / "printer"
    folder.mkdir()
    with message_bus() as bus, simulated(folder, bus) as printer:
        done = helppoint.run("print", "get-the-app", "--printer", printer.uri)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "Printed.\n"
        assert printer.received() == [(tmp_path / "sheet.pdf").read_bytes()]
        done = helppoint.run("poster", "help", "--printer", printer.uri)
        assert done.returncode == 0, done.stderr
        assert len(printer.received()) == 2


def _shown_number(helppoint: Helppoint) -> int:
    pointer = json.loads((helppoint.home / "store" / "current.json").read_text())
    return int(json.loads(pointer["current"]["release"])["release"])


@pytest.fixture
def second_of_three(helppoint: Helppoint, tmp_path: Path) -> tuple[Path, Path]:
    """Origins with release 2 and with release 3; the box shows 3, release 1 is embedded."""
    old, new = tmp_path / "old", tmp_path / "new"
    shutil.copytree(helppoint.publisher.repository, new)
    publisher = type(helppoint.publisher)(helppoint.publisher.keys, new)
    publisher.pack(tree_saying("Two."))
    shutil.copytree(new, old)
    publisher.pack(tree_saying("Three."))
    helppoint.run("sync", str(new))
    return old, new


def test_a_damaged_pointer_is_mended_by_its_copy_and_nothing_older_is_taken(
    helppoint: Helppoint, second_of_three: tuple[Path, Path]
) -> None:
    old, _new = second_of_three
    shutil.rmtree(helppoint.home / "store" / "metadata")
    (helppoint.home / "store" / "current.json").write_bytes(bytes(300))
    done = helppoint.run("sync", str(old))
    assert "Going on by its copy" in done.stderr
    assert (done.returncode, "older than version" in done.stderr) == (1, True)
    assert _shown_number(helppoint) == 3


def test_with_pointer_and_copy_lost_the_embedded_content_is_shown_and_nothing_older_taken(
    helppoint: Helppoint, second_of_three: tuple[Path, Path]
) -> None:
    old, new = second_of_three
    for name in ("current.json", "current-copy.json"):
        (helppoint.home / "store" / name).write_bytes(b"")
    done = helppoint.run("sync", str(old))
    assert (done.returncode, "Starting again" in done.stderr) == (1, True)
    assert _shown_number(helppoint) == 1
    assert helppoint.run("sync", str(new)).returncode == 0
    assert _shown_number(helppoint) == 3
