# SPDX-License-Identifier: GPL-2.0-only
"""`make stress`: iterators walked for minutes."""
