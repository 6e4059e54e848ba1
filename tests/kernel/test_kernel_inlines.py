# SPDX-License-Identifier: GPL-2.0-only
"""What the headers of a kernel define, which its BTF need not have."""

from __future__ import annotations

import pytest

from kiter.kernel import inlines
from kiter.kernel.headers import Headers

TEXT = """\
/*
 * spoken_of()    : is only spoken of
 */
static inline pid_t plain(struct pid *pid)
{
	return called(pid);
}
static inline struct pid *
broken_line(void);
#define macro(x) used(x)
extern struct pid *declared(int nr);
"""


@pytest.mark.parametrize("shared", [False, True], ids=["its own", "shared by flavours"])
@pytest.mark.parametrize(
    ("name", "there"),
    [
        *((name, True) for name in ("plain", "broken_line", "macro", "declared")),
        *((name, False) for name in ("spoken_of", "called", "used", "lain", "plai", "absent")),
    ],
)
def test_defined(name, there, shared, tmp_path):
    build, common = tmp_path / "build", tmp_path / "common"
    (build / "include").mkdir(parents=True)
    (build / "Makefile").write_text(f"include {common}/Makefile\n")
    header = (common if shared else build) / "include/linux/pid.h"
    header.parent.mkdir(parents=True)
    header.write_text(TEXT)
    assert inlines.defined(name, Headers(build, "6.12.1")) == there
