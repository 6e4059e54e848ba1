# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel's own iterators do otherwise is what the list says, no more and no less."""

from __future__ import annotations

import json

import pytest
from sync_specs import runnable

from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.sync import known
from kiter.target.profile import releases

pytestmark = pytest.mark.vm


def _bootable(target: str) -> bool:
    try:
        return bool(kernels.find(target))
    except KiterError:
        return False


@pytest.mark.parametrize("target", [target for target in releases() if _bootable(target)])
def test_the_kernels_own_iterators_break_the_rules_that_are_listed(capsys, target):
    given = [str(path) for path in runnable(target)]
    main(["conform", "--kernel", target, *given, "--format", "json"])
    found = json.loads(capsys.readouterr().out)["iterators"]
    assert {"css", "task"} <= found.keys()
    broken = {(name, rule["rule"]) for name, rules in found.items() for rule in rules if not rule["kept"]}
    tried = {(name, rule["rule"]) for name, rules in found.items() for rule in rules}
    listed = {(b.iterator, b.rule) for b in known.behaviours() if target in b.targets}
    assert broken == listed & tried
    assert {name for name, _ in listed - tried} <= _known() - found.keys()


def _known():
    return {b.iterator for b in known.behaviours()}
