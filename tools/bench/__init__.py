# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench` measures."""
