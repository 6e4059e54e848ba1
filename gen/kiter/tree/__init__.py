# SPDX-License-Identifier: GPL-2.0-only
"""Kernel trees: where each output belongs in one, and how it comes out again."""
