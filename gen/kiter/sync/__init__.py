# SPDX-License-Identifier: GPL-2.0-only
"""Keeping specs and kernels in step: what differs between an iterator as specified and as a kernel has it."""
