# SPDX-License-Identifier: GPL-2.0-only
"""Views of what a prototype runs with: a module, programs, fixtures."""
