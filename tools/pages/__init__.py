# SPDX-License-Identifier: GPL-2.0-only
"""The pages of docs/ that are made from the code, the specs and what comes out of them, one module each."""
