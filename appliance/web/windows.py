"""Knows the small windows that phones open by themselves when they join a Wi-Fi.

Nobody should log in there: they forget everything when they close, and NHS login refuses them
(docs/sources.md#webview). Best guesses, kept in one place so that tests with handsets correct it.
"""

from __future__ import annotations

# Apple's window says so itself. Android's is a WebView ("; wv)") of its captive portal application,
# which names itself in X-Requested-With; other applications' WebViews count too: no log-in there.
APPLE_AGENT = "CaptiveNetworkSupport"
_ANDROID_WEBVIEW = "; wv)"

APPLE, ANDROID = "window-apple", "window-android"


def sign_in_window(user_agent: str, requested_with: str = "") -> str:
    """Return `window-apple` or `window-android` for such a window, empty for a normal browser.

    Args:
        user_agent: the header of this name.
        requested_with: the header X-Requested-With.
    """
    if APPLE_AGENT in user_agent:
        return APPLE
    is_apple_webview = "AppleWebKit" in user_agent and (
        ("iPhone" in user_agent or "iPad" in user_agent) and "Safari/" not in user_agent
    )
    if is_apple_webview:
        return APPLE
    if _ANDROID_WEBVIEW in user_agent or "captiveportallogin" in requested_with:
        return ANDROID
    return ""
