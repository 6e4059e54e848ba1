# SPDX-License-Identifier: GPL-2.0-only
"""Where the texts of a view go: a fragment before it is rendered."""

from __future__ import annotations

from typing import Any

from kiter.fragment import Fragment
from kiter.lower.view_class import view_class


@view_class()
class Placement:
    """What is known of a fragment, and what gives its texts: templates, all of one view.

    fragment: the fragment without its texts
    view: what the templates print
    lines: the template of its lines, "" for a file that is kiter's alone
    before: that of what the lines need ahead of them, "" for nothing
    after: that of what needs the lines ahead of it, "" for nothing
    whole: that of the whole file, "" for a file that must be there
    """

    fragment: Fragment
    view: Any
    lines: str = ""
    before: str = ""
    after: str = ""
    whole: str = ""
