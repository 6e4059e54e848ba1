# SPDX-License-Identifier: GPL-2.0-only
"""Patches as reviewers get them: mails and mailboxes, what they make of a tree, and replies to them."""
