# SPDX-License-Identifier: GPL-2.0-only
"""An iterator that a kernel has by hand as the skeleton of a spec: what sources and BTF say of it."""
