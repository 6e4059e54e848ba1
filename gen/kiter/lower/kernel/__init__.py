# SPDX-License-Identifier: GPL-2.0-only
"""Views of the kernel's side: kfuncs, registration, declarations."""
