from __future__ import annotations

from typing import Any

import pytest

from appliance.web.portal.probes import probe_of, table
from tests.network.questions import example, handsets


@pytest.mark.parametrize(
    ("host", "path", "system"),
    [
        ("captive.apple.com", "/hotspot-detect.html", "iOS"),
        ("www.apple.com", "/library/test/success.html", "iOS"),
        ("connectivitycheck.gstatic.com", "/generate_204", "Android"),
        ("connect.rom.miui.com", "/generate_204", "Android"),
        ("www.google.com", "/gen_204", "Android"),
        ("www.msftconnecttest.com", "/connecttest.txt", "Windows 10"),
        ("www.msftncsi.com", "/ncsi.txt", "Windows 8"),
        ("detectportal.firefox.com", "/success.txt", "Firefox"),
        ("nmcheck.gnome.org", "/check_network_status.txt", "NetworkManager"),
        ("connectivity-check.ubuntu.com", "/", "Ubuntu"),
    ],
)
def test_each_system_is_known_by_its_question(host: str, path: str, system: str) -> None:
    probe = probe_of(host, path)
    assert probe is not None
    assert probe.name.startswith(system)


@pytest.mark.parametrize(
    ("host", "path"), [("example.org", "/"), ("www.msftconnecttest.com", "/redirect"), ("", "/nm")]
)
def test_other_questions_are_no_probes(host: str, path: str) -> None:
    assert probe_of(host, path) is None


def test_no_answer_could_be_taken_for_a_failed_portal() -> None:
    # Android counts an empty 200, or a body of 4 bytes or less, as failed.
    for probe in table():
        assert probe.status == 204 or len(probe.body) > 4
        assert probe.hosts
        assert all(path.startswith("/") for path in probe.paths)


@pytest.mark.parametrize(
    "handset", [*handsets(), *handsets(example())], ids=lambda row: row["model"]
)
def test_what_a_handset_was_seen_to_ask_is_in_the_table(handset: dict[str, Any]) -> None:
    for asked in handset["probes"]:
        probe = probe_of(asked["host"], asked["path"])
        assert probe is not None
        assert probe.name == asked["row"]
