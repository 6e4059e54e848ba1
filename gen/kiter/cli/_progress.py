# SPDX-License-Identifier: GPL-2.0-only
"""A progress bar on a terminal; silence elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """Progress as sinks report it; the library is loaded when there is something to show."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def start(self, total: int) -> None:
        """So many steps are ahead."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import Progress  # noqa: PLC0415

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=total)
        elif self._task is not None:
            self._bar.update(self._task, total=total)

    def advance(self, label: str) -> None:
        """One step is done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=f"{self._title} {label}")

    def done(self) -> None:
        """Nothing more comes."""
        if self._bar is not None:
            self._bar.stop()
