# SPDX-License-Identifier: GPL-2.0-only
"""The generated selftests many times in a row, on a machine that is never at rest."""
