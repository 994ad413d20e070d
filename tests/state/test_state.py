from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from appliance.errors import ConfigError, StateError
from appliance.state.state import RULES, Counts, Settings, SettingsFile, each_week

DAY, NEXT_DAY = date(2026, 11, 22), date(2026, 11, 23)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "file.json"


def test_settings_have_defaults_until_they_are_changed(path: Path) -> None:
    assert SettingsFile(path).read() == Settings("your library")
    assert SettingsFile(path).change("library_name", "  Oak   Library ") == Settings("Oak Library")
    assert SettingsFile(path).read() == Settings("Oak Library")


@pytest.mark.parametrize("value", ["", "   ", "x" * 81, "a\x00b", "a\u202eb"])
def test_a_value_that_cannot_be_shown_is_refused(path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="printable"):
        SettingsFile(path).change("library_name", value)
    assert SettingsFile(path).read() == Settings()


def test_every_setting_has_a_rule_and_its_default_keeps_it() -> None:
    for name, default in asdict(Settings()).items():
        assert RULES[name].tidied(default) == default


def test_opening_hours_are_a_few_lines(path: Path) -> None:
    changed = SettingsFile(path).change(
        "opening_hours", " Monday to Friday  9am to 5pm;Saturday 10am to 4pm;\r\n\r\nSunday closed "
    )
    hours = "Monday to Friday 9am to 5pm\nSaturday 10am to 4pm\nSunday closed"
    assert changed.opening_hours == SettingsFile(path).read().opening_hours == hours


def test_a_wifis_name_and_passphrase_are_kept_as_they_were_typed(path: Path) -> None:
    SettingsFile(path).change("wifi_name", "Help  Point; café")
    SettingsFile(path).change("wifi_passphrase", " two  spaces; ")
    settings = SettingsFile(path).read()
    assert (settings.wifi_name, settings.wifi_passphrase) == ("Help  Point; café", " two  spaces; ")


@pytest.mark.parametrize("name", ["opening_hours", "wifi_name", "wifi_passphrase"])
def test_what_a_library_may_leave_out_can_be_emptied_again(path: Path, name: str) -> None:
    SettingsFile(path).change(name, "something long")
    assert SettingsFile(path).change(name, "") == Settings()


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("opening_hours", "9 to 5\n" * 8, "at most 7 lines"),
        ("opening_hours", "x" * 46, "up to 45"),
        ("opening_hours", "9 to\u202e5", "printable"),
        ("opening_hours", "9\x005", "printable"),
        ("wifi_name", "é" * 17, "at most 32 bytes"),
        ("wifi_name", " Help Point", "exactly as phones show"),
        ("wifi_name", "Help\nPoint", "printable"),
        ("wifi_name", "\ud800", "printable"),
        ("wifi_passphrase", "short", "8 to 63"),
        ("wifi_passphrase", "x" * 64, "8 to 63"),
        ("wifi_passphrase", "eight or é", "ASCII"),
        ("wifi_passphrase", "eight or\n", "8 to 63"),
    ],
)
def test_each_setting_has_its_own_rule(path: Path, name: str, value: str, wanted: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} wants .*{wanted}"):
        SettingsFile(path).change(name, value)
    assert SettingsFile(path).read() == Settings()


def test_an_unknown_setting_is_refused_with_the_known_ones(path: Path) -> None:
    with pytest.raises(ConfigError, match="library_name"):
        SettingsFile(path).change("colour", "red")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("cdn.example.org", "cdn.example.org"),
        ("b.example; a-b.example;;", "b.example\na-b.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("", ""),
        (
            "; ".join(f"h{n}.example" for n in range(100)),
            "\n".join(f"h{n}.example" for n in range(100)),
        ),
    ],
)
def test_hosts_for_the_gate_are_kept_one_to_a_line(path: Path, value: str, kept: str) -> None:
    assert SettingsFile(path).change("gate_hosts", value).gate_hosts == kept


@pytest.mark.parametrize(
    "value",
    [
        "com",
        ".example.org",
        "*.example.org",
        "example",
        "192.168.1.1",
        "https://example.org",
        "example.org:443",
        "example.org/a",
        "a.example b.example",
        "-a.example",
        "a-.example",
        "a..example",
        "Example.org",
        "example.org.",
        "exämple.org",
        f"{'a' * 64}.example",
        f"{'a.' * 130}example",
        "; ".join(f"h{n}.example" for n in range(101)),
    ],
)
def test_nothing_but_whole_host_names_goes_to_the_gate(path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="gate_hosts wants up to 100 whole host names"):
        SettingsFile(path).change("gate_hosts", value)
    assert SettingsFile(path).read().gate_hosts == ""


def test_counts_are_kept_in_memory_until_they_are_flushed(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    assert not path.exists()
    counts.flush(DAY)
    assert Counts(path).totals() == {"2026-11-22": {"/en/": 5}}


def test_a_count_under_five_is_never_written_down(path: Path) -> None:
    counts = Counts(path)
    for _ in range(4):
        counts.add(DAY, "/en/mental-health")
    counts.flush(DAY)
    assert not path.exists() or "mental" not in path.read_text()
    counts.add(DAY, "/en/mental-health")
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/mental-health": 5}}


def test_a_total_that_has_been_written_grows_by_ones(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    counts.flush(DAY)
    counts.add(DAY, "/en/")
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/": 6}}


def test_small_counts_of_yesterday_are_forgotten(path: Path) -> None:
    counts = Counts(path)
    for _ in range(4):
        counts.add(DAY, "/en/")
    counts.flush(NEXT_DAY)
    counts.add(DAY, "/en/")
    counts.flush(NEXT_DAY)
    assert counts.totals() == {}


def test_days_too_long_ago_are_dropped(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    counts.flush(DAY)
    counts.flush(date(2028, 1, 1))
    assert counts.totals() == {}


def test_no_count_is_lost_between_threads(path: Path) -> None:
    counts = Counts(path)

    def use() -> None:
        for number in range(200):
            counts.add(DAY, "/en/")
            if number % 50 == 0:
                counts.flush(DAY)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/": 1600}}


def test_what_could_not_be_written_is_written_next_time(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    path.parent.write_text("in the way")
    with pytest.raises(StateError):
        counts.flush(DAY)
    path.parent.unlink()
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/": 5}}


def test_what_is_counted_by_the_week_tells_no_day(path: Path) -> None:
    counts = Counts(path, each_week)
    monday, sunday = date(2026, 11, 16), date(2026, 11, 22)
    for _ in range(4):
        counts.add(monday, "optometrist (en)")
    counts.flush(sunday)
    counts.add(sunday, "optometrist (en)")
    counts.flush(sunday)
    assert counts.totals() == {"2026-11-16": {"optometrist (en)": 5}}


def test_small_counts_of_last_week_are_forgotten(path: Path) -> None:
    counts = Counts(path, each_week)
    for _ in range(4):
        counts.add(date(2026, 11, 22), "optometrist (en)")
    counts.flush(date(2026, 11, 23))
    counts.add(date(2026, 11, 22), "optometrist (en)")
    counts.flush(date(2026, 11, 23))
    assert counts.totals() == {}


def test_inventions_cannot_fill_the_memory(path: Path) -> None:
    counts = Counts(path, most_kinds=2)
    for what in ("a", "b", "c") * 5:
        counts.add(DAY, what)
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"a": 5, "b": 5}}


def test_two_programs_that_change_settings_in_turn_lose_none(path: Path) -> None:
    desk, command = SettingsFile(path), SettingsFile(path)
    desk.change("library_name", "Oak Library")
    command.change("opening_hours", "Monday 9 to 5")
    desk.change("wifi_name", "Oak")
    found = SettingsFile(path).read()
    assert (found.library_name, found.opening_hours) == ("Oak Library", "Monday 9 to 5")
    assert found.wifi_name == "Oak"


def test_two_programs_that_change_settings_at_once_lose_none(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from appliance.state.state import SettingsFile\n"
        "path, name = Path(sys.argv[1]), sys.argv[2]; input()\n"
        "for number in range(60):\n"
        "    SettingsFile(path).change(name, f'Oak {number}')\n"
        "    assert getattr(SettingsFile(path).read(), name) == f'Oak {number}'\n"
    )
    words = [sys.executable, "-c", code, str(path)]
    programs = [
        subprocess.Popen([*words, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for name in ("library_name", "opening_hours")
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("begin\n")
        program.stdin.flush()
    assert [program.communicate()[1] for program in programs] == ["", ""]
