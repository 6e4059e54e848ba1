# SPDX-License-Identifier: GPL-2.0-only
"""The kinds of BTF types and what each is made of (include/uapi/linux/btf.h, Linux 6.12 and 7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VOID, INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(12)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)

MODIFIERS = frozenset({TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG})

# bits of a type's info word; before 7.3 the upper bits of both fields were reserved, and 0
COUNT_MASK = 0xFFFFFF
KIND_MASK = 0x7F
KIND_SHIFT = 24
FLAG_SHIFT = 31

# struct btf_type
HEAD_WORDS = 3

# words after the head, and words for each of what info counts
WORDS: Mapping[int, tuple[int, int]] = MappingProxyType(
    {
        INT: (1, 0),
        PTR: (0, 0),
        ARRAY: (3, 0),
        STRUCT: (0, 3),
        UNION: (0, 3),
        ENUM: (0, 2),
        FWD: (0, 0),
        TYPEDEF: (0, 0),
        VOLATILE: (0, 0),
        CONST: (0, 0),
        RESTRICT: (0, 0),
        FUNC: (0, 0),  # what it counts is its linkage
        FUNC_PROTO: (0, 2),
        VAR: (1, 0),
        DATASEC: (0, 3),
        FLOAT: (0, 0),
        DECL_TAG: (1, 0),
        TYPE_TAG: (0, 0),
        ENUM64: (0, 3),
    }
)
