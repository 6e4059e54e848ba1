# SPDX-License-Identifier: GPL-2.0-only
"""What maintainers run and tests use, none of it installed: `python -m tools.bench`."""
