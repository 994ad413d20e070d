"""Adapts a ready-made page to how somebody sees it, and to what is true where they stand.

Templates mark what can change, and this module knows no more of them than these marks:

- `<html class="page ...">` takes the classes of the view;
- `data-change="size:large" href="..."` is a link that changes the view (view.View.changed), with
  ` aria-current="true"` where it changes nothing; other addresses keep the view;
- `data-when="offline" hidden` stands on what is shown only when that is so, and
  `data-when="!online"` on what is shown unless it is. A page as written fits when nothing is so.

In a kiosk nothing leads out of the site: telephone numbers and outside addresses become words.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from appliance.site.templates import script
from appliance.site.view import View, split

_LINK = re.compile(
    r'(?:data-change="(?P<change>[^"]*)" )?(?P<name>href|action)="(?P<address>/[^"]*)"'
    r'(?P<current> aria-current="true")?'
)
_OWN_ADDRESS = re.compile(r'(?P<name>href|action)="/')
_CONDITION = re.compile(r'data-when="(?P<not>!?)(?P<what>[a-z-]+)"(?: hidden)?')
_LEADS_OUT = re.compile(r' href="(?:(?:https?|tel|sms|mailto):[^"]*|[^"]*\.pdf)"')
_HTML = '<html class="page'


def conditions(view: View, around: AbstractSet[str] = frozenset()) -> frozenset[str]:
    """Return what is so: of the view, and of the network and window around it."""
    of_view = {"kiosk": view.is_kiosk, "list": bool(view.items)}
    return frozenset(name for name, is_so in of_view.items() if is_so) | around


def adapt(page: str, view: View, around: AbstractSet[str] = frozenset()) -> str:
    """Return the page as it is for this view; for the plain one with nothing around, the same.

    Args:
        page: a whole page as the templates write it.
        view: how somebody sees it.
        around: what is so besides, such as `offline` or `window`.
    """
    so = conditions(view, around)
    page = _CONDITION.sub(lambda match: _condition(match, so), page)
    page = _LINK.sub(lambda match: _link(match, view), page)
    page = page.replace(_HTML, " ".join((_HTML, *view.classes)), 1)
    if view.is_kiosk:
        page = _LEADS_OUT.sub("", page)
        page = page.replace("</body>", f"<script>{script('kiosk')}</script>\n</body>", 1)
    return page


def at_origin(page: str, origin: str) -> str:
    """Return the page with its own addresses made whole, for showing it under another name.

    Args:
        page: a whole page.
        origin: such as `http://10.66.0.1`.
    """
    return _OWN_ADDRESS.sub(rf'\g<name>="{origin}/', page)


def _condition(match: re.Match[str], so: AbstractSet[str]) -> str:
    is_shown = (match["what"] in so) != bool(match["not"])
    hidden = "" if is_shown else " hidden"
    return f'data-when="{match["not"]}{match["what"]}"{hidden}'


def _link(match: re.Match[str], view: View) -> str:
    change, name, address = match["change"], match["name"], match["address"]
    if change is None:
        current = match["current"] or ""
        return f'{name}="{view.prefix}{address}"{current}'
    changed = view.changed(change)
    current = ' aria-current="true"' if changed == view else ""
    _, plain = split(address)
    return f'data-change="{change}" {name}="{changed.prefix}{plain}"{current}'
