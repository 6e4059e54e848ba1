# SPDX-License-Identifier: GPL-2.0-only
"""The spec: YAML text -> Document (load) -> checked by the schema (check) -> model."""
