from __future__ import annotations

import pytest

from appliance.errors import PrinterError
from appliance.printing.wire import printer_uri


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ipp://192.168.1.20", "ipp://192.168.1.20:631/ipp/print"),
        ("ipps://printer.local/", "ipps://printer.local:631/ipp/print"),
        (" http://printer:631/printers/main ", "ipp://printer:631/printers/main"),
        ("https://printer:443/ipp", "ipps://printer:443/ipp"),
        ("IPP://Printer", "ipp://printer:631/ipp/print"),
        ("ipp://[fe80::1]:8631/", "ipp://[fe80::1]:8631/ipp/print"),
    ],
)
def test_an_address_may_be_typed_in_any_form(typed: str, meant: str) -> None:
    assert printer_uri(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "printer",
        "192.168.1.20",
        "ftp://printer",
        "file:///dev/lp0",
        "ipp://",
        "ipp://printer:port",
        "ipp://printer:99999",
        "ipp://staff:secret@printer",
        "ipp://printer/?waitjob=false",
        "ipp://[::1",
    ],
)
def test_what_is_no_printers_address_is_refused(typed: str) -> None:
    with pytest.raises(PrinterError, match="is not a printer's address"):
        printer_uri(typed)
