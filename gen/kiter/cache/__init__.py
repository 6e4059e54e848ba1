# SPDX-License-Identifier: GPL-2.0-only
"""The one cache: what was found out or made before, by the content of everything that it came from."""
