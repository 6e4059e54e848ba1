# SPDX-License-Identifier: GPL-2.0-only
"""Small kernels of our own, for `make replace`, `make stress` and `make series-vm`."""
