// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "scx_dsq_iter.skel.h"
#include "scx_dsq_iter_failure.skel.h"

void test_scx_dsq_iter(void)
{
	struct scx_dsq_iter *skel;

	skel = scx_dsq_iter__open_and_load();
	ASSERT_OK_PTR(skel, "open_and_load");
	scx_dsq_iter__destroy(skel);

	RUN_TESTS(scx_dsq_iter_failure);
}
