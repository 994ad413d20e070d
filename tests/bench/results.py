"""The pages that a page of search results leads to, whoever made it."""

from __future__ import annotations

import re
from urllib.parse import unquote

# kiwix-serve says where the ZIM lies before an address, and `.html` after it.
_RESULT = r'<li[^>]*>\s*<a href="[^"]*?/({language}|en)/([^"?]+?)(?:\.html)?"'
_MAIN = re.compile(r"<main.*</main>", re.DOTALL)


def addresses(html: str, language: str) -> list[str]:
    """Return the addresses of the results in order, as `/en/get-nhs-app`.

    Args:
        html: the page of results.
        language: of the search; results may be in English too.
    """
    main = _MAIN.search(html)
    found = re.findall(
        _RESULT.replace("{language}", re.escape(language)), main[0] if main else html
    )
    return [f"/{code}/{unquote(page)}" for code, page in found]
