"""A hotspot put in force on a bare box, changed and undone, while phones are on it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from appliance.hotspot import gate
from appliance.hotspot.apply import PartlyAppliedError, apply
from appliance.hotspot.asking import firewall_rules
from appliance.hotspot.down import down
from appliance.hotspot.learn import FOLDER, UNIT, learn
from appliance.hotspot.link import look
from appliance.hotspot.model import BOX, PORTAL, Hotspot
from appliance.hotspot.status import Status, status
from appliance.hotspot.uplink import Cause
from appliance.hotspot.uplink_watcher import Outside, UplinkWatcher
from appliance.hotspot.watch import Board
from appliance.state.network import Facts, read_facts
from tests.network.applied import AppliedLab
from tests.network.lab import NHS, ROUTER, why_not

OFFLINE = Hotspot(profile="external", interface="eth1", hosts=("www.mind.org.uk",))
ONLINE = replace(OFFLINE, resolvers=(ROUTER,))
DNSMASQ, GATE = "helppoint-dnsmasq.service", "helppoint-gate.service"
# Opens a connection to the portal, and uses it when told to.
HOLD = """\
import socket, sys
held = socket.create_connection(("10.66.0.1", 80), 20)
print("held", flush=True)
sys.stdin.readline()
held.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
print(held.recv(100).decode().splitlines()[0], flush=True)
"""


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppliedLab]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("bare")
    # Services that are not root must still reach their files.
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(path.stat().st_mode | 0o055)  # and no right taken: it may be /tmp
    with AppliedLab(OFFLINE, folder) as lab:
        yield lab


@contextmanager
def _held_connection(lab: AppliedLab) -> Iterator[list[str]]:
    """Hold a phone's connection to the portal; at the end the list has what came over it."""
    command = lab.phone_words(1, sys.executable, "-c", HOLD)
    answers: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as phone:
        assert phone.stdout is not None
        assert phone.stdout.readline() == "held\n"
        yield answers
        answers += phone.communicate("now\n", timeout=60)[0].splitlines()


def _greet(lab: AppliedLab, number: int, name: str) -> object:
    return lab.phone(number, "greet", PORTAL, name)


def _finds_box(lab: AppliedLab) -> bool:
    try:
        answer = lab.phone(1, "find", "helppoint.local")
    except AssertionError:  # avahi first asks whether another has its name
        return False
    return isinstance(answer, dict) and answer["address"] == BOX


def _wait_for_gate(lab: AppliedLab) -> None:
    lab.wait_for(lambda: f"{PORTAL}:443 " in lab.run("box", "ss", "-lnt"), "the gate opening")


def test_a_bare_box_is_set_up_changed_and_undone_under_a_phones_feet(lab: AppliedLab) -> None:
    system = lab.system
    assert lab.run("box", "nft", "list", "tables") == ""
    assert len(apply(OFFLINE, system)) == 8
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    lease = lab.lease(1)
    assert lab.phone(1, "knock", BOX, "80") == "open"
    assert lab.phone(1, "knock", BOX, "22") == "ECONNREFUSED"
    assert lab.phone(1, "knock", PORTAL, "443") == "ECONNREFUSED"
    lab.wait_for(lambda: _finds_box(lab), "avahi starting")
    assert apply(OFFLINE, system) == []
    dnsmasq = system.number_of(DNSMASQ)
    with _held_connection(lab) as answers:
        for _ in range(3):
            apply(ONLINE, system)
            _wait_for_gate(lab)
            lab.wait_for(lambda: _greet(lab, 1, "www.nhs.uk") == "CN=www.nhs.uk", "the way out")
            assert _greet(lab, 1, "other.example") == "cut off"
            assert apply(ONLINE, system) == []
            apply(OFFLINE, system)
            assert lab.phone(1, "knock", NHS, "443") == "ECONNREFUSED"
    assert answers == ["HTTP/1.0 200 OK"]
    assert system.number_of(DNSMASQ) == dnsmasq
    assert lab.lease(1)["ip"] == lease["ip"]
    assert down(system) != []
    assert lab.run("box", "nft", "list", "tables") == ""
    assert PORTAL not in lab.run("box", "ip", "address")
    assert BOX not in lab.run("box", "ip", "address")
    assert system.running == {}
    assert down(system) == []


def test_a_gate_reads_its_new_hosts_and_keeps_its_process(lab: AppliedLab) -> None:
    apply(ONLINE, lab.system)
    _wait_for_gate(lab)
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    lab.lease(1)
    assert _greet(lab, 1, "other.example") == "cut off"
    nginx = lab.system.number_of(GATE)
    wider = replace(ONLINE, hosts=("other.example", *ONLINE.hosts))
    assert apply(wider, lab.system) == ["The gate to trusted sites: put in force."]
    lab.wait_for(lambda: _greet(lab, 1, "other.example") == "CN=other", "the gate reading its file")
    assert lab.system.number_of(GATE) == nginx


def test_harm_is_mended_and_a_wrong_file_is_never_half_in_force(lab: AppliedLab) -> None:
    apply(OFFLINE, lab.system)
    rules = firewall_rules(lab.system)
    lab.run("box", "nft", "flush", "chain", "inet", "helppoint", "refuse")
    (mended,) = apply(OFFLINE, lab.system)
    assert mended.startswith("The firewall: was no longer in force")
    assert firewall_rules(lab.system) == rules
    # No such address: nft refuses the file, and dnsmasq and nginx would have been next.
    wrong = replace(ONLINE, resolvers=("300.1.1.1",))
    with pytest.raises(PartlyAppliedError, match=r"300\.1\.1\.1") as caught:
        apply(wrong, lab.system)
    assert caught.value.done == []
    assert firewall_rules(lab.system) == rules
    assert not (lab.system.root / gate.PATH).exists()
    assert apply(OFFLINE, lab.system) == []
    # A name that nginx refuses: the gate stays as it was.
    apply(ONLINE, lab.system)
    before = (lab.system.root / gate.PATH).read_text()
    with pytest.raises(PartlyAppliedError, match="nginx"):
        apply(replace(ONLINE, hosts=("a{b",)), lab.system)
    assert (lab.system.root / gate.PATH).read_text() == before
    assert apply(ONLINE, lab.system) == []


def test_the_status_of_a_box_at_work_counts_its_phones(lab: AppliedLab) -> None:
    def now() -> Status:
        return status(ONLINE, lab.system, lab.folder / "none", lambda _: True)

    apply(ONLINE, lab.system)
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    lab.wait_for(lambda: now().works, "all working")
    assert now().phones == 0
    addresses = [lab.lease(number)["ip"] for number in (1, 2)]
    seen = now()
    assert (seen.phones, seen.is_gate_open, seen.channel) == (2, True, None)
    assert not [address for address in addresses if address in seen.as_json()]
    lab.run("box", "nft", "flush", "chain", "inet", "helppoint", "input")
    assert now().problems[0].startswith("the firewall is not in force")


def test_learning_lets_one_phone_through_and_hears_its_names(lab: AppliedLab) -> None:
    apply(ONLINE, lab.system)
    _wait_for_gate(lab)
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    mine, other = lab.lease(1)["ip"], lab.lease(2)["ip"]
    assert mine != other

    def use(seconds: float) -> None:
        assert seconds == 60
        lab.wait_for(lambda: f"{PORTAL}:4443 " in lab.run("box", "ss", "-lnt"), "learning")
        assert _greet(lab, 1, "other.example") == "CN=other"
        assert _greet(lab, 1, "www.nhs.uk") == "CN=www.nhs.uk"
        # A lying name still leads nobody into the library's network.
        assert _greet(lab, 1, "inside.nhs.uk") == "cut off"
        assert lab.phone(1, "knock", ROUTER, "443") == "ECONNREFUSED"
        # The watcher may look in at any time.
        assert apply(ONLINE, lab.system) == []
        # Nobody else is let through, by neither door.
        assert _greet(lab, 2, "other.example") == "cut off"
        assert _greet(lab, 2, "www.mind.org.uk") == "CN=www.mind.org.uk"
        assert lab.phone(2, "knock", PORTAL, "4443") == "ECONNREFUSED"
        assert lab.phone(1, "knock", PORTAL, "4443") == "ECONNREFUSED"

    learnt = learn(ONLINE, mine, 1, lab.system, use)
    assert learnt.allowed == ("inside.nhs.uk", "www.nhs.uk")
    assert learnt.refused == ("other.example",)
    assert _greet(lab, 1, "other.example") == "cut off"
    assert _greet(lab, 1, "www.nhs.uk") == "CN=www.nhs.uk"
    assert UNIT not in lab.system.running
    assert not (lab.system.root / FOLDER).exists()
    assert apply(ONLINE, lab.system) == []
    written = "".join(path.read_text() for path in lab.folder.glob("*.log"))
    assert not [word for word in ("other.example", mine, other) if word in written]


def test_a_connection_that_stays_open_is_heard_at_the_end(lab: AppliedLab) -> None:
    apply(ONLINE, lab.system)
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    mine = lab.lease(1)["ip"]
    hold = (
        "import socket, ssl, sys\n"
        "context = ssl.create_default_context()\n"
        "context.check_hostname, context.verify_mode = False, ssl.CERT_NONE\n"
        f"tcp = socket.create_connection(({PORTAL!r}, 443), 20)\n"
        "tls = context.wrap_socket(tcp, server_hostname='other.example')\n"
        "print('held', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    command = lab.phone_words(1, sys.executable, "-c", hold)
    with ExitStack() as held:

        def use(_: float) -> None:
            lab.wait_for(lambda: f"{PORTAL}:4443 " in lab.run("box", "ss", "-lnt"), "learning")
            pipe = subprocess.PIPE
            phone = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
            held.callback(phone.communicate, "end\n", timeout=60)
            assert phone.stdout is not None
            assert phone.stdout.readline() == "held\n"
            raise KeyboardInterrupt

        assert learn(ONLINE, mine, 1, lab.system, use).refused == ("other.example",)


def test_the_kernel_ends_learning_by_itself(lab: AppliedLab) -> None:
    apply(ONLINE, lab.system)
    _wait_for_gate(lab)
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    mine = lab.lease(1)["ip"]
    element = f"{{ {mine} timeout 1s }}"
    lab.run("box", "nft", "add", "element", "inet", "helppoint", "learner", element)
    # Led to where nobody listens, until its second is over.
    lab.wait_for(lambda: _greet(lab, 1, "www.nhs.uk") == "CN=www.nhs.uk", "the kernel's own end")
    assert mine not in lab.run("box", "nft", "list", "set", "inet", "helppoint", "learner")


def test_the_watcher_opens_the_gate_with_the_cable_and_shuts_it_without(lab: AppliedLab) -> None:
    def switch(resolvers: tuple[str, ...]) -> bool:
        hotspot = replace(OFFLINE, resolvers=resolvers)
        apply(hotspot, lab.system)
        return hotspot.has_gate

    outside = Outside(
        look=lambda: look(lab.system, OFFLINE.interface),
        find_resolvers=lambda _: (ROUTER,),
        names_answer=lambda _: True,
        probe=lambda: Cause.ORIGIN,
        switch=switch,
        start_sync=lambda: None,
    )
    watcher = UplinkWatcher(outside, Board(lab.folder / "network.json", Facts(hotspot=True)))

    def settles(uplink: str, *, garden: bool) -> None:
        def is_so() -> bool:
            time.sleep(watcher.step())
            known = read_facts(lab.folder / "network.json")
            return known is not None and (known.uplink, known.garden) == (uplink, garden)

        lab.wait_for(is_so, f"being {uplink}")

    apply(OFFLINE, lab.system)
    lab.wait_for(lambda: ":53 " in lab.run("box", "ss", "-lnu"), "dnsmasq starting")
    lab.lease(1)
    for _ in range(3):
        settles("up", garden=True)
        _wait_for_gate(lab)
        assert _greet(lab, 1, "www.nhs.uk") == "CN=www.nhs.uk"
        lab.run("library", "ip", "link", "set", "lan0", "down")
        settles("down", garden=False)
        assert lab.phone(1, "knock", NHS, "443") == "ECONNREFUSED"
        lab.run("library", "ip", "link", "set", "lan0", "up")
