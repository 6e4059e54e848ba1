# SPDX-License-Identifier: GPL-2.0-only
"""`make replace`: a kernel with the generated iterators, judged."""
