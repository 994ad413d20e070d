from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.printing.simulator import message_bus


@pytest.fixture(scope="session")
def bus() -> Iterator[str]:
    with message_bus() as address:
        yield address
