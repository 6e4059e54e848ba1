# SPDX-License-Identifier: GPL-2.0-only
"""Views of the messages of a patch series."""
