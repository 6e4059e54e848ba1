# SPDX-License-Identifier: GPL-2.0-only
"""The spec: YAML text -> Document (load) -> checked by the schema (check) -> model of one kernel (resolve).

A Document, and each Node of it, has what is said for all kernels; only the rules about versions and texts
look at that. The model has what one kernel has, and nothing behind resolve() compares releases.
"""
