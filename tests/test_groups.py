# SPDX-License-Identifier: GPL-2.0-only
"""Tests of a group share a worker: two virtual machines at once miss deadlines, some fixtures are dear."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("here")
def test_the_group_of_a_test_is_in_its_name(request):
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@here")
