# SPDX-License-Identifier: GPL-2.0-only
"""What is done with generated text: write it, compare it, prove it."""
