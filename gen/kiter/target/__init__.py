# SPDX-License-Identifier: GPL-2.0-only
"""Kernel releases as data: a profile each."""
