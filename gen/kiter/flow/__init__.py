# SPDX-License-Identifier: GPL-2.0-only
"""What C does along its paths: a graph of each function, and the states that its statements leave.

Facts go along every path, through the functions of the same file too. A loop is gone through a few times
only, and what a function of another file does is not known: what depends on it is never called broken.
"""
