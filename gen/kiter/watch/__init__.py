# SPDX-License-Identifier: GPL-2.0-only
"""What happens at each save: files that change, a run beside the keyboard, one screen."""
