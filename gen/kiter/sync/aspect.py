# SPDX-License-Identifier: GPL-2.0-only
"""What can differ between an iterator as specified and as a kernel has it."""

from __future__ import annotations

import enum

from kiter.value_class import value_class


class About(enum.Enum):
    """What is compared, by its key in known.toml; only sources show those from ACCEPTED on."""

    KFUNC = "kfunc"  # its prototype
    FLAGS = "flags"  # of a kfunc
    STRUCT = "struct"  # on the program's stack
    ENUMERATOR = "enumerator"
    TARGET = "target"  # what programs of SEC("iter/...") get
    ACCEPTED = "accepted"  # the values that new() accepts
    DECLARED = "declared"  # what a header declares to programs
    DOCUMENTED = "documented"  # the arguments that kernel-doc describes
    OPTION = "option"  # what a kfunc depends on
    ID_OPTION = "id-option"  # what its id depends on, where that stands in another file


_SPELLED = {
    About.KFUNC: "{}",
    About.FLAGS: "flags of {}",
    About.STRUCT: "struct {}",
    About.ENUMERATOR: "{}",
    About.TARGET: 'SEC("iter/{}")',
    About.ACCEPTED: "values accepted by {}",
    About.DECLARED: "declaration of {}",
    About.DOCUMENTED: "kernel-doc of {}",
    About.OPTION: "option of {}",
    About.ID_OPTION: "option of the id of {}",
}


@value_class
class Aspect:
    """Something of an iterator that has a name: a kfunc, the struct without its keyword, an enumerator."""

    about: About
    name: str

    @property
    def spelled(self) -> str:
        """As users read it."""
        return _SPELLED[self.about].format(self.name)
