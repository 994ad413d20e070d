"""A lab whose box gets everything from `apply`: its programs run as their units say.

There is no systemd and no NetworkManager in a namespace. Their few words that the hotspot uses are
stood in for here; nft, ip, sysctl, dnsmasq, nginx and avahi are the real ones.
"""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import HotspotError
from appliance.hotspot import boot, keyfile
from appliance.hotspot.model import BOX
from appliance.hotspot.system import System
from tests.network.lab import MIND, NAMES, NHS, OTHER, ROUTER, Lab

UNITS = Path(__file__).parents[2] / "systemd"
# Nothing runs in its place: it is somebody else's test.
WATCHER = "helppoint-hotspot.service"


class AppliedLab(Lab):
    """A lab whose box has only its pages, until something is applied."""

    def __enter__(self) -> AppliedLab:
        super().__enter__()
        # Not the lab's own root, which has the files already.
        root = self.folder / "box"
        root.mkdir()
        self.system = BoxSystem(root, self._name("box"), self.hotspot.interface)
        self._ends.callback(self.system.end)
        self.run("box", "ip", "address", "flush", "dev", self.hotspot.interface)
        return self

    def phone_words(self, number: int, *words: str) -> list[str]:
        """Return the command that runs something in a phone's namespace."""
        return ["ip", "netns", "exec", self._name(f"phone{number}"), *words]

    def _set_up_box(self) -> None:
        """Leave that to `apply`."""

    def _start_services(self) -> None:
        self._listen("box", "tcp", f"0.0.0.0:{self.hotspot.portal_port}", "0.0.0.0:22")
        for address, name in ((ROUTER, "inside"), (NHS, "www.nhs.uk"), (MIND, "www.mind.org.uk"),
                              (OTHER, "other")):  # fmt: skip
            self._listen("library", "tls", address, name)
        names = [f"--address=/{name}/{address}" for name, address in NAMES.items()]
        lan = ("dnsmasq", "-k", "-C", "/dev/null", "--no-resolv", "--no-hosts", "--pid-file=")
        self.start("library", *lan, f"--listen-address={ROUTER}", "--bind-interfaces", *names)


@dataclass(frozen=True, slots=True)
class BoxSystem(System):
    """The box's computer, inside its namespace."""

    namespace: str = ""
    card: str = ""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    pretended: set[str] = field(default_factory=set)
    enabled: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def run(self, *words: str, timeout_s: float = 60, told: str = "") -> str:
        self.said.append(" ".join(words))
        stand_in = {
            "systemctl": self._systemctl,
            "nmcli": self._nmcli,
            "systemd-run": self._systemd_run,
        }.get(words[0])
        if stand_in and "--offline" not in words:
            return stand_in(*words[1:])
        return self._really(*words, timeout_s=timeout_s, told=told)

    def number_of(self, unit: str) -> int:
        """Return the process of a unit: another number is another process."""
        return self.running[unit].pid

    def end(self) -> None:
        """Stop what runs."""
        for unit in list(self.running):
            self._stop(unit, signal.SIGTERM)

    def _really(self, *words: str, timeout_s: float = 60, told: str = "") -> str:
        inside = ("ip", "netns", "exec", self.namespace)
        return System(self.root).run(*inside, *words, timeout_s=timeout_s, told=told)

    def _systemctl(self, *words: str) -> str:
        verb, unit = next(word for word in words if word[0] != "-"), words[-1]
        match verb:
            case "show":
                return self._show(unit)
            case "enable":
                self.enabled.add(unit)
            case "disable":
                self.enabled.discard(unit)
            case "reload-or-restart" if self._runs(unit):
                # Straight to nginx: the programs in between hand their process number on.
                self.running[unit].send_signal(signal.SIGHUP)
            case "start" | "restart" | "reload-or-restart":
                self._start(unit)
            case "stop":
                learns = unit == "helppoint-learn.service"
                self._stop(unit, signal.SIGQUIT if learns else signal.SIGTERM)
        return ""

    def _show(self, unit: str) -> str:
        is_there = (UNITS / unit).exists() or (self.root / boot.UNIT_PATH).name == unit
        if unit in self.running and not self._runs(unit):
            # Nothing here stops a program but `stop`: say why rather than "not in force".
            log = (self.root.parent / f"{unit}.log").read_text()
            raise AssertionError(f"{unit} ended ({self.running[unit].returncode}): {log}")
        runs = unit in self.pretended or self._runs(unit)
        file = "enabled" if unit in self.enabled else "disabled"
        return (
            f"LoadState={'loaded' if is_there else 'not-found'}\n"
            f"ActiveState={'active' if runs else 'inactive'}\nUnitFileState={file}\n"
        )

    def _runs(self, unit: str) -> bool:
        return unit in self.running and self.running[unit].poll() is None

    def _start(self, unit: str) -> None:
        if unit == Path(boot.UNIT_PATH).name:
            text = (self.root / boot.UNIT_PATH).read_text()
            for may_fail, line in re.findall(r"^ExecStart=(-?)(.*)$", text, re.MULTILINE):
                with suppress(HotspotError) if may_fail else nullcontext():
                    self._really(*shlex.split(line.replace("/etc/", f"{self.root}/etc/")))
            self.pretended.add(unit)
        elif unit == WATCHER:
            self.pretended.add(unit)
        else:
            self._stop(unit, signal.SIGTERM)
            lines = (UNITS / unit).read_text().splitlines()
            self._spawn(unit, dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line)))

    def _stop(self, unit: str, how: signal.Signals) -> None:
        self.pretended.discard(unit)
        if self._runs(unit):
            self.running[unit].send_signal(how)
            self.running[unit].wait(20)
        self.running.pop(unit, None)

    def _systemd_run(self, *words: str) -> str:
        (unit,) = [word.split("=", 1)[1] for word in words if word.startswith("--unit=")]
        properties = dict(
            word.removeprefix("--property=").split("=", 1)
            for word in words
            if word.startswith("--property=")
        )
        command = words[words.index("nginx") :]
        self._spawn(unit, {**properties, "ExecStart": shlex.join(command)})
        return ""

    def _spawn(self, unit: str, fields: dict[str, str]) -> None:
        """Run a unit's command as its user and with its rights, in a /run of its own."""
        user = fields["User"]
        folder = fields.get("RuntimeDirectory", "nothing")
        rights = fields.get("AmbientCapabilities", "").lower().replace("cap_", "+").split()
        caps = ",".join(["-all", *rights])
        # What the test must see of /run lies below the box's own root.
        run = self.root / "run" / folder
        run.mkdir(parents=True, exist_ok=True)
        shutil.chown(run, user)
        prepare = (
            f"mkdir -p /run/{folder} && mount -t tmpfs tmpfs /run && mkdir /run/{folder}"
            f" && mount --bind {run} /run/{folder} && cd / && exec setpriv --reuid {user}"
            f" --regid $(id -g {user}) --clear-groups --inh-caps={caps} --ambient-caps={caps}"
            f' --bounding-set={caps} --no-new-privs "$@"'
        )
        command = shlex.split(fields["ExecStart"].replace("/etc/", f"{self.root}/etc/"))
        enter = ("ip", "netns", "exec", self.namespace, "unshare", "-m", "sh", "-c", prepare)
        log = (self.root.parent / f"{unit}.log").open("ab")
        self.running[unit] = subprocess.Popen([*enter, "sh", *command], stdout=log, stderr=log)
        log.close()

    def _nmcli(self, *words: str) -> str:
        profile = self.root / keyfile.PATH
        match words:
            case ("--get-values", "GENERAL.STATE", *_):
                shown = self._really("ip", "-json", "address", "show", "dev", self.card)
                return "activated" if BOX in shown else ""
            case ("--get-values", "NAME", *_):
                return "helppoint-hotspot\n" if profile.exists() else ""
            case ("connection", "load", path):
                assert Path(path) == profile
            case ("--wait", _, "connection", "up", *_):
                self._really("ip", "address", "replace", f"{BOX}/24", "dev", self.card)
                self._really("ip", "link", "set", self.card, "up")
            case ("connection", "delete", *_):
                self._really("ip", "address", "flush", "dev", self.card)
                profile.unlink()
            case _:
                raise HotspotError(f"nmcli {words}")
        return ""
