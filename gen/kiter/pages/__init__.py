# SPDX-License-Identifier: GPL-2.0-only
"""Pages of docs/ that are made from the specs and from what comes out of them."""
