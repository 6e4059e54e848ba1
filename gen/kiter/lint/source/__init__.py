# SPDX-License-Identifier: GPL-2.0-only
"""The contract's rules for iterators that are hand-written in C.

Only what the text shows is judged; what a function of another file does is taken to be right.
"""
