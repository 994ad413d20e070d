"""Firefox ESR as a visitor's: `firefox.py FOLDER`, inside a phone's namespace.

It is started with its own defaults and asked, through Marionette, what its window shows: first
until the bar of a captive portal is there; then the phone's owner presses the button, and it is
asked until the bar is gone. Prints both as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from socket import create_connection
from typing import Any

PORT = 2828
PATIENCE_S = 120
# Its own choice of settings for tests would turn the question off.
SETTINGS = """\
user_pref("remote.prefs.recommended", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
"""
STATE = """
const window = Services.wm.getMostRecentWindow("navigator:browser");
const service = Cc["@mozilla.org/network/captive-portal-service;1"]
    .getService(Ci.nsICaptivePortalService);
if (arguments[0]) { service.recheckCaptivePortal(); }
const bar = window.gNotificationBox.getNotificationWithValue("captive-portal-detected");
return {locked: service.state == service.LOCKED_PORTAL, bar: Boolean(bar),
        unlocked: service.state == service.UNLOCKED_PORTAL};
"""


class Marionette:
    """Firefox's own remote control: length, colon, JSON (its source, remote/marionette)."""

    def __init__(self) -> None:
        self._tcp = _connected()
        self._stream = self._tcp.makefile("rb")
        self._number = 0
        self._read()
        self.do("WebDriver:NewSession", {})
        self.do("Marionette:SetContext", {"value": "chrome"})

    def do(self, command: str, words: dict[str, Any]) -> Any:
        """Give a command. Returns what it returned."""
        self._number += 1
        text = json.dumps([0, self._number, command, words])
        self._tcp.sendall(f"{len(text)}:{text}".encode())
        _, _, error, result = self._read()
        if error:
            raise SystemExit(f"{command}: {error}")
        return result

    def state(self, *, recheck: bool) -> Any:
        """Return what the service knows and what the window shows."""
        script = {"script": STATE, "args": [recheck]}
        return self.do("WebDriver:ExecuteScript", script)["value"]

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._stream.read(1)
        return json.loads(self._stream.read(int(length[:-1])))


def _connected() -> Any:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return create_connection(("127.0.0.1", PORT), PATIENCE_S)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _until(browser: Marionette, what: str) -> Any:
    end = time.monotonic() + PATIENCE_S
    state = browser.state(recheck=False)
    while not (state[what] and state["bar"] == (what == "locked")) and time.monotonic() < end:
        time.sleep(1)
        state = browser.state(recheck=True)
    return state


def _press_the_button() -> None:
    with create_connection(("10.66.0.1", 80), PATIENCE_S) as tcp:
        tcp.sendall(b"POST /en/stay HTTP/1.1\r\nHost: 10.66.0.1\r\nContent-Length: 0\r\n\r\n")
        tcp.recv(1000)


def main(folder: Path) -> dict[str, Any]:
    """Start it, look twice, end it."""
    (folder / "user.js").write_text(SETTINGS)
    command = ["firefox-esr", "--headless", "--marionette", "--remote-allow-system-access"]
    with (folder / "log").open("w") as log:
        firefox = subprocess.Popen(
            [*command, "--no-remote", "--profile", str(folder)], stdout=log, stderr=log
        )
        try:
            browser = Marionette()
            before = _until(browser, "locked")
            _press_the_button()
            return {"before": before, "after": _until(browser, "unlocked")}
        finally:
            firefox.terminate()
            firefox.wait(30)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
