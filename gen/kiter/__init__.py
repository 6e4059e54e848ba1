# SPDX-License-Identifier: GPL-2.0-only
"""kiter: open-coded BPF iterators from a YAML spec.

Data flows one way, a package for each phase:

    spec       load a file, check it by the schema, resolve it for one kernel
    analysis   what follows: the state and its layout, what tells a live iterator, look-ahead
    lint       what is wrong with the spec, by the analysis and by what the file says for all kernels
    lower      which template prints each part, with which names, expressions and types
    render     templates filled in, and the layout of the C
    sinks      what is done with the texts

`target` is what differs from kernel to kernel, `fixtures` what tests know of a kind of element.
"""
