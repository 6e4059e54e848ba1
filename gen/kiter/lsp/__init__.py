# SPDX-License-Identifier: GPL-2.0-only
"""Answers for an editor: each a function of a text and a place, without a server; server.py speaks LSP."""
