"""The desk as staff and strangers meet it: the whole process over a real socket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.printing.simulator import Simulator, simulated
from tests.web.staff.conftest import PIN, Browser, command

IN_TIME_S = 30
# Every address of the desk but the log-in page and the stylesheet, with a form's fields.
PAGES = ["/", "/health", "/jobs", "/jobs/1", "/printers", "/pin"]
FORMS: dict[str, dict[str, str]] = {
    "/print": {"handout": "get-the-app", "language": "en", "way": "a4", "copies": "1"},
    "/download": {"handout": "get-the-app", "language": "en", "way": "a4", "copies": "1"},
    "/jobs/1/cancel": {},
    "/jobs/1/again": {},
    "/printers": {"name": "Desk", "uri": "ipp://192.168.1.50"},
    "/printers/remove": {"name": "Desk"},
    "/pin": {"pin": PIN, "new": "93174025", "again": "93174025"},
    "/logout": {},
}


@contextmanager
def printer(folder: Path, bus: str, desk: Browser, run: str = "exit 0") -> Iterator[Simulator]:
    """A printer that has been added to the desk as `Desk`."""
    place = folder / "printer"
    place.mkdir()
    with simulated(place, bus, command=run) as simulator:
        assert desk.post("/printers", name="Desk", uri=simulator.uri).status == 303
        desk.get("/")
        yield simulator


def wait_for_job(desk: Browser, path: str) -> str:
    """Look at a job until it has ended, as the page itself does; returns what it says."""
    end = time.monotonic() + IN_TIME_S
    while 'http-equiv="refresh" content="2"' in (page := desk.get(path).text):
        assert time.monotonic() < end, page
        time.sleep(0.2)
    return page


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_log_in_page(passer_by: Browser, path: str) -> None:
    answer = passer_by.get(path)
    assert (answer.status, answer.headers["Location"]) == (303, "/login")
    assert answer.body == b""


@pytest.mark.parametrize("path", FORMS)
def test_a_strangers_form_does_nothing(passer_by: Browser, shared_home: Path, path: str) -> None:
    before = _state(shared_home)
    passer_by.get("/login")
    answer = passer_by.post(path, **FORMS[path])
    assert (answer.status, answer.headers["Location"]) == (303, "/login")
    assert _state(shared_home) == before


@pytest.mark.parametrize("path", FORMS)
def test_a_form_from_elsewhere_does_nothing(member: Browser, shared_home: Path, path: str) -> None:
    """Another site can make a browser send a form, but knows no token."""
    before = _state(shared_home)
    for token in ("", "x", member.token[:-1]):
        other = Browser(member.url, member.cookie, token)
        answer = other.post(path, **FORMS[path])
        assert answer.status == 400
        assert "Nothing was done" in answer.text
    assert _state(shared_home) == before
    assert member.get("/").status == 200


def test_every_route_is_in_these_tests() -> None:
    source = Path(__file__).parents[3] / "appliance" / "web" / "staff"
    routes = {
        route.replace("<int:number>", "1")
        for file in source.glob("*.py")
        for route in re.findall(r"@bp\.(?:get|post|route)\(\s*\"([^\"]+)\"", file.read_text())
    }
    assert routes == {*PAGES, *FORMS, "/login"}


def test_the_pin_lets_staff_in_however_it_is_spaced(stranger: Browser) -> None:
    assert stranger.log_in(" 4071 8263 ").status == 303
    assert "Print a handout" in stranger.get("/").text


def test_a_wrong_pin_lets_nobody_in(stranger: Browser) -> None:
    answer = stranger.log_in("40718264")
    assert answer.status == 403
    assert "This is not the PIN" in answer.text
    assert stranger.get("/").status == 303


def test_after_some_wrong_pins_everybody_waits(stranger: Browser, desk: Server) -> None:
    for _ in range(4):
        stranger.log_in("40718264")
    answer = Browser(desk.url).log_in()
    assert answer.status == 403
    assert re.search(r"Wait \d+ seconds", answer.text)


@pytest.mark.parametrize("pin", ["", "9" * 33, "9" * 70_000, "\x00", "é" * 8])
def test_what_is_no_pin_is_refused_in_words(stranger: Browser, pin: str) -> None:
    answer = stranger.log_in(pin)
    assert answer.status in {400, 403, 413}
    assert "Traceback" not in answer.text


def test_logging_out_ends_the_session(staff: Browser) -> None:
    number = staff.cookie
    assert staff.post("/logout").headers["Location"] == "/login"
    assert Browser(staff.url, number).get("/").status == 303


def test_a_changed_pin_shuts_everybody_out_and_holds(staff: Browser, desk: Server) -> None:
    other = Browser(desk.url)
    other.log_in()
    staff.get("/pin")
    changed = staff.post("/pin", pin=PIN, new="9317 4025", again="93174025")
    assert "The PIN is changed" in staff.follow(changed).text
    assert other.get("/").status == 303
    assert Browser(desk.url).log_in().status == 403
    assert Browser(desk.url).log_in("93174025").status == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("40718264", "93174025", "93174025", "This is not the PIN"),
        (PIN, "93174025", "93174026", "not typed the same way twice"),
        (PIN, "12345678", "12345678", "people try first"),
        (PIN, "931740", "931740", "8 to 32 digits"),
        (PIN, "", "", "Fill in all three"),
    ],
)
def test_a_bad_change_of_pin_changes_nothing(
    staff: Browser, desk: Server, old: str, new: str, again: str, says: str
) -> None:
    answer = staff.post("/pin", pin=old, new=new, again=again)
    assert answer.status == 400
    assert says in answer.text
    assert Browser(desk.url).log_in().status == 303


def test_no_answer_is_kept_or_framed_or_sniffed(member: Browser) -> None:
    for path in ("/", "/jobs", "/nothing-here", "/login"):
        headers = member.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]


def test_a_name_that_is_not_the_desks_is_refused(passer_by: Browser) -> None:
    passer_by.headers["Host"] = "evil.example"
    assert passer_by.get("/login").status == 421


def test_a_handout_is_on_paper_after_two_taps(staff: Browser, tmp_path: Path, bus: str) -> None:
    with printer(tmp_path, bus, staff) as simulator:
        ordered = staff.post(
            "/print", handout="get-the-app", language="pl", way="a4", copies="2", printer="Desk"
        )
        assert ordered.status == 303, ordered.text
        page = wait_for_job(staff, ordered.headers["Location"])
        assert "<h1>Printed</h1>" in page
        ready = staff.post("/download", handout="get-the-app", language="pl", way="a4", copies="1")
        assert simulator.received() == [ready.body]
        asked = (simulator.folder / "job-environment").read_text()
    assert "IPP_COPIES=2" in asked or "copies=2" in asked.lower()
    assert "get-the-app" not in asked


def test_the_pdf_is_there_without_any_printer(member: Browser) -> None:
    page = member.get("/")
    assert "No printer has been added" in page.text
    pdf = member.post("/download", handout="before-you-start", language="en", way="a4", copies="1")
    assert pdf.body.startswith(b"%PDF-1.7")
    assert pdf.headers["Content-Disposition"].endswith('filename="before-you-start-en-a4.pdf"')


def test_a_printer_without_paper_says_so_and_the_job_can_be_cancelled(
    staff: Browser, tmp_path: Path, bus: str
) -> None:
    run = "echo 'STATE: +media-empty-error' >&2; sleep 3; exit 1"
    with printer(tmp_path, bus, staff, run):
        ordered = staff.post(
            "/print", handout="get-the-app", language="en", way="a4", copies="1", printer="Desk"
        )
        path = ordered.headers["Location"]
        assert staff.post(f"{path}/cancel").status == 303
        page = wait_for_job(staff, path)
    assert "<h1>Cancelled</h1>" in page or "out of paper" in page


def test_a_printer_that_is_off_says_so_and_print_again_tries_again(
    staff: Browser, tmp_path: Path, bus: str
) -> None:
    with printer(tmp_path, bus, staff) as simulator:
        simulator.switch_off()
        ordered = staff.post(
            "/print", handout="get-the-app", language="en", way="a4", copies="1", printer="Desk"
        )
        page = wait_for_job(staff, ordered.headers["Location"])
        assert "<h1>Not printed</h1>" in page
        again = staff.post(f"{ordered.headers['Location']}/again")
        assert again.headers["Location"] != ordered.headers["Location"]
        assert "<h1>Not printed</h1>" in wait_for_job(staff, again.headers["Location"])


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("copies", "0", "choose 1 to 50"),
        ("copies", "51", "choose 1 to 50"),
        ("copies", "many", "choose 1 to 50"),
        ("language", "xx", "from the lists"),
        ("way", "a0", "from the lists"),
        ("handout", "../../state/desk-pin.json", "not here any more"),
        ("handout", "nothing", "not here any more"),
        ("handout", "", "from the lists"),
        ("printer", "nobody", "choose a printer"),
        ("printer", "", "choose a printer"),
    ],
)
def test_a_wrong_choice_is_told_in_words(
    member: Browser, field: str, value: str, says: str
) -> None:
    fields = {"handout": "get-the-app", "language": "en", "way": "a4", "copies": "1"}
    answer = member.post("/print", **{**fields, "printer": "Desk", field: value})
    assert answer.status >= 400
    assert says in answer.text


def test_a_handout_that_is_in_english_only_says_so(member: Browser) -> None:
    answer = member.post("/download", handout="cannot-log-in", language="pl", way="a4", copies="1")
    assert "is in English only" in answer.text


def test_what_was_chosen_stands_there_for_the_next_handout(staff: Browser) -> None:
    staff.post("/download", handout="get-the-app", language="pl", way="a5", copies="1")
    page = staff.get("/").text
    assert '<option selected value="pl">' in page
    assert '<option selected value="a5">' in page


@pytest.mark.parametrize("uri", ["ftp://192.168.1.5", "file:///etc/passwd", "ipp://", "printer"])
def test_an_address_that_is_no_printers_is_refused(member: Browser, uri: str) -> None:
    answer = member.post("/printers", name="Desk", uri=uri)
    assert answer.status >= 400
    assert "Desk" not in member.get("/printers").text


def test_a_printer_can_be_removed(staff: Browser) -> None:
    staff.post("/printers", name="Quiet room", uri="ipp://192.168.1.50")
    assert "Quiet room" in staff.get("/printers").text
    staff.post("/printers/remove", name="Quiet room")
    assert "Quiet room" not in staff.get("/printers").text


def test_what_is_printed_most_comes_first(
    staff: Browser, home: Path, desk: Server, tmp_path: Path, bus: str
) -> None:
    with printer(tmp_path, bus, staff):
        ordered = staff.post(
            "/print", handout="cannot-log-in", language="en", way="a4", copies="7", printer="Desk"
        )
        assert "<h1>Printed</h1>" in wait_for_job(staff, ordered.headers["Location"])
    desk.process.terminate()
    desk.process.wait(30)
    counted = (home / "state" / "desk-counts.json").read_text()
    assert '"printed cannot-log-in en": 7' in counted


def test_the_disk_and_the_log_hold_nothing_of_what_was_typed(
    staff: Browser, home: Path, desk: Server
) -> None:
    staff.post("/login", pin="93174025")
    Browser(desk.url).log_in("57130284")
    staff.get("/search-for-somebody?name=Ann")
    desk.process.terminate()
    _, log = desk.process.communicate(timeout=30)
    written = log + "".join(_state(home).values())
    for secret in (PIN, "93174025", "57130284", "Ann", "127.0.0.1", staff.cookie, staff.token):
        assert secret not in written


def test_a_pin_by_chance_is_printed_once(home: Path) -> None:
    pin = command(home, "desk", "pin", "--new").strip()
    assert re.fullmatch("[0-9]{8}", pin)
    assert pin not in "".join(_state(home).values())


def _state(home: Path) -> dict[str, str]:
    """What is on the disk besides content and counts of tries."""
    return {
        path.name: path.read_text()
        for path in (home / "state").glob("*")
        if path.name != "desk-tries.json"
    }
