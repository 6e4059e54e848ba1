# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's hand-written iterator as the skeleton of a spec: what sources and BTF say of it."""
