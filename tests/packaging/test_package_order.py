# SPDX-License-Identifier: GPL-2.0-only
"""The packages stand in an order: what imports what is as it is written down, and nothing points up."""

from __future__ import annotations

import pytest

from tools import order

PLACES = {part.name: place for place, part in enumerate(order.ORDER)}
IMPORTS = order.imports()


def test_every_package_and_module_has_its_place():
    assert sorted(PLACES) == sorted(IMPORTS)
    assert len(PLACES) == len(order.ORDER)


@pytest.mark.parametrize("part", order.ORDER, ids=lambda part: part.name)
def test_no_import_points_up(part):
    assert [name for name in part.may if PLACES[name] >= PLACES[part.name]] == []


@pytest.mark.parametrize("part", order.ORDER, ids=lambda part: part.name)
def test_a_part_imports_what_it_may(part):
    found = IMPORTS[part.name]
    assert {name: file for name, file in found.items() if name not in part.may} == {}
    assert [name for name in part.may if name not in found] == [], "no longer imported"


def test_neither_of_lint_and_lower_imports_the_other():
    assert "lower" not in IMPORTS["lint"] and "lint" not in IMPORTS["lower"]
