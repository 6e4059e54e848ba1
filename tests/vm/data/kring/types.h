struct bpf_iter_kring {
	__u64 __opaque[2];
} __attribute__((aligned(8)));
