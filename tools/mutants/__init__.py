# SPDX-License-Identifier: GPL-2.0-only
"""Seeded bugs and what finds them: `make mutants`."""
