# SPDX-License-Identifier: GPL-2.0-only
"""Patch series: from iterators and a kernel tree to commits, checked mails, and a record of each version."""
