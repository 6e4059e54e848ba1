# SPDX-License-Identifier: GPL-2.0-only
"""Every spec on every machine: `make machines`."""
