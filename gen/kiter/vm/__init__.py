# SPDX-License-Identifier: GPL-2.0-only
"""Running iterators under the real verifier: a kernel in QEMU, and what happened in it."""
