# SPDX-License-Identifier: GPL-2.0-only
"""Resolved specs to views: which template, which names and expressions; its folders mirror templates/."""
