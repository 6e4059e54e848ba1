# SPDX-License-Identifier: GPL-2.0-only
"""A tree that lacks what the selftests include is refused once, with all that it lacks."""

from __future__ import annotations

import pytest

from kiter.cache.store import Cache
from kiter.errors import ENVIRONMENT, KiterError
from kiter.kernel.bpf import NEEDED, includes_of
from kiter.kernel.tree import Tree


def test_all_that_a_tree_lacks_is_one_error(tmp_path):
    gone = {name for name in NEEDED if name.startswith("tools/lib/bpf/")}
    for name in ("tools/testing/selftests/bpf/test_progs.h", *(set(NEEDED) - gone)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(KiterError) as caught:
        includes_of(Tree(tmp_path, (6, 12), given=True), Cache(tmp_path / "cache"))
    (found,) = caught.value.diagnostics
    assert (found.code, caught.value.status) == ("E20", ENVIRONMENT)
    assert all(name in found.message for name in gone)
    assert found.hint.endswith("git sparse-checkout add tools/lib/bpf")
