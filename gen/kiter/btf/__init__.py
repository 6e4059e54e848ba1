# SPDX-License-Identifier: GPL-2.0-only
"""Reading BTF, the types of a kernel and of its modules, and the kfuncs that go with them."""
