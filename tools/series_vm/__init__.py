# SPDX-License-Identifier: GPL-2.0-only
"""`make series-vm`: a series, applied, built and run."""
