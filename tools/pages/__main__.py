# SPDX-License-Identifier: GPL-2.0-only
"""`python -m tools.pages [FOLDER]`: write the pages of docs/ anew."""

import sys
from pathlib import Path

from tools.pages.write import write

write(Path(*sys.argv[1:2] or ["docs"]))
