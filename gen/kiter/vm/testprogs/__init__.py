# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own test_progs as the harness."""
