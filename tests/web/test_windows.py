from __future__ import annotations

import pytest

from appliance.web.windows import ANDROID, APPLE, sign_in_window

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
WEBVIEW = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 7 Build/AP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "sender", "window"),
    [
        ("CaptiveNetworkSupport-407 wispr", "", APPLE),
        (f"{IPHONE} Mobile/15E148", "", APPLE),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "", ""),
        (WEBVIEW, "", ANDROID),
        (WEBVIEW.replace("; wv", ""), "com.android.captiveportallogin", ANDROID),
        (WEBVIEW.replace("; wv", ""), "", ""),
        ("", "", ""),
    ],
)
def test_windows_that_open_by_themselves_are_told_from_browsers(
    agent: str, sender: str, window: str
) -> None:
    assert sign_in_window(agent, sender) == window
