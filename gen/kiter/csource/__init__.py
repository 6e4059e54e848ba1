# SPDX-License-Identifier: GPL-2.0-only
"""The reader of kernel C: what a file defines, what stands round it, and the syntax of each function.

A file is parsed once, when something first asks about it. It may hold anything: what is no C is passed over.
"""
