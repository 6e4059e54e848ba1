# SPDX-License-Identifier: GPL-2.0-only
"""Tests that are hand-written: what they define and include is read in their text."""

from __future__ import annotations

import re

from kiter.vm.runner import Test

FUNCTION = re.compile(r"^void\s+((?:serial_)?test_\w+)\s*\(\s*void\s*\)", re.MULTILINE)
SKELETON = re.compile(r'^\s*#\s*include\s+["<](\w+)\.(?:l?skel)\.h[">]', re.MULTILINE)


def read(name: str, text: str) -> Test:
    """A file of prog_tests/, called `name` without .c."""
    return Test(name, text, tuple(FUNCTION.findall(text)), tuple(SKELETON.findall(text)))
