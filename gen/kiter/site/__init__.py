# SPDX-License-Identifier: GPL-2.0-only
"""The site of all iterators: reference pages with pictures, the code, a matrix of where they work."""
