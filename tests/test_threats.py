"""docs/threats.md: whatever test it names exists."""

from __future__ import annotations

import ast
import re

from tests.content import PROJECT

PAGE = (PROJECT / "docs" / "threats.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def _tests_in(path: str) -> set[str]:
    tree = ast.parse((PROJECT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_attack_has_a_test_that_exists() -> None:
    attacks = [line for line in PAGE.splitlines() if line.startswith("| ") and "|---" not in line]
    tables = PAGE.count("|---|---|---|")
    assert len(NAMED) == len(attacks) - tables > 25
    assert [(path, name) for path, name in NAMED if name not in _tests_in(path)] == []


def test_every_test_of_an_attack_is_in_the_table() -> None:
    """Those of what is no attack, and of one attack done in several ways, stand for themselves."""
    named = {name for _path, name in NAMED}
    unnamed = {
        "test_an_honest_answer_of_the_hostile_origin_is_taken",
        "test_a_packed_answer_is_refused_even_if_it_is_right",
        "test_the_rest_of_another_file_after_a_break_is_refused",
        "test_a_host_of_http_1_0_is_as_good_as_any",
        "test_an_endless_answer_over_tls_is_given_up",
    }
    for path in ("tests/sync/test_attacks.py", "tests/sync/test_forgeries.py"):
        tests = {name for name in _tests_in(path) if name.startswith("test_")}
        assert tests - unnamed <= named
