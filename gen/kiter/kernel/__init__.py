# SPDX-License-Identifier: GPL-2.0-only
"""Real kernels: finding their headers, compiling against them, their BTF and their source trees."""
