# SPDX-License-Identifier: GPL-2.0-only
"""The headers that emitted C is compiled with to check it."""
