extern int bpf_iter_kring_new(struct bpf_iter_kring *it, unsigned int most) __weak __ksym;
extern struct task_struct *bpf_iter_kring_next(struct bpf_iter_kring *it) __weak __ksym;
extern void bpf_iter_kring_destroy(struct bpf_iter_kring *it) __weak __ksym;
