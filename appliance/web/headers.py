"""What every answer tells the browser: load nothing from elsewhere, tell nobody, frame nothing."""

from __future__ import annotations

from collections.abc import Mapping

# For answers that are not pages, such as errors before anything is shown.
STRICTEST_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def security_headers(content_security_policy: str) -> Mapping[str, str]:
    """Return the headers, name -> value."""
    return {
        "Content-Security-Policy": content_security_policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
