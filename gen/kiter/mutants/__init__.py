# SPDX-License-Identifier: GPL-2.0-only
"""Seeded bugs: how many of them the generated tests of an iterator find."""
