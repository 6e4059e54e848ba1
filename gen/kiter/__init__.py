# SPDX-License-Identifier: GPL-2.0-only
"""kiter: open-coded BPF iterators from a YAML spec."""
