struct bpf_iter_versions {
	__u64 __opaque[3];
} __attribute__((aligned(8)));

/**
 * enum versions_what - what to walk, for bpf_iter_versions_new()
 * @VERSIONS_THREADS: all threads of the process of task
 */
enum versions_what {
	VERSIONS_THREADS = 2,
};
