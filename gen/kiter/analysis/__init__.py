# SPDX-License-Identifier: GPL-2.0-only
"""What follows from a resolved spec: the state and its layout, what tells a live iterator, look-ahead.

The linter and lower/ consume it, and neither imports the other.
"""
