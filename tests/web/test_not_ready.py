from __future__ import annotations

from pathlib import Path

from appliance.site.published import Published
from appliance.store.store import Store
from appliance.web.app import create_app


def test_before_the_first_import_health_says_why(tmp_path: Path) -> None:
    client = create_app(Published(Store(tmp_path)), lambda: None).test_client()
    response = client.get("/healthz")
    assert response.status_code == 503
    facts = response.get_json()
    assert facts["ready"] is False
    assert "no release has been imported" in facts["why"]


def test_before_the_first_import_visitors_get_plain_words(tmp_path: Path) -> None:
    client = create_app(Published(Store(tmp_path)), lambda: None).test_client()
    for path in ("/en/", "/en/search?q=a"):
        response = client.get(path)
        assert response.status_code == 503
        assert "getting ready" in response.text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
