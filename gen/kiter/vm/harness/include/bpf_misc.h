/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What BPF test programs say about themselves, as tags in their BTF; loader.c
 * reads them. The names are those of the kernel's selftests.
 */
#ifndef __BPF_MISC_H__
#define __BPF_MISC_H__

#define XSTR(s) STR(s)
#define STR(s) #s

#define KT_TAG(text) __attribute__((btf_decl_tag("comment:" text)))
/* The compiler drops a tag that it has seen, so equal messages are numbered. */
#define KT_NUMBERED(key, text) KT_TAG(key "=" XSTR(__COUNTER__) "=" text)

/* The verifier accepts, or refuses, the program. */
#define __success		KT_TAG("test_expect_success")
#define __failure		KT_TAG("test_expect_failure")
/* The log has this, after what the __msg before it matched; {{}} holds a regular expression. */
#define __msg(msg)		KT_NUMBERED("test_expect_msg", msg)
/* The log does not have this between its neighbours' matches. */
#define __not_msg(msg)		KT_NUMBERED("test_expect_not_msg", msg)
/* The program is run and returns this. */
#define __retval(val)		KT_TAG("test_retval=" XSTR(val))
#define __description(desc)	KT_TAG("test_description=" desc)
#define __log_level(lvl)	KT_TAG("test_log_level=" #lvl)
#define __flag(flag)		KT_TAG("test_prog_flags=" #flag)
/* No test of its own, but loaded with the others. */
#define __auxiliary		KT_TAG("test_auxiliary")
#define __btf_path(path)	KT_TAG("test_btf_path=" path)
#define __arch(arch)		KT_TAG("test_arch=" arch)
#define __arch_x86_64		__arch("X86_64")
#define __arch_arm64		__arch("ARM64")
#define __arch_riscv64		__arch("RISCV64")

/* The same with these capabilities only; without __caps_unpriv() such a subtest is skipped here. */
#define __caps_unpriv(caps)	KT_TAG("test_caps_unpriv=" XSTR(caps))
#define __success_unpriv	KT_TAG("test_expect_success_unpriv")
#define __failure_unpriv	KT_TAG("test_expect_failure_unpriv")
#define __msg_unpriv(msg)	KT_NUMBERED("test_expect_msg_unpriv", msg)
#define __not_msg_unpriv(msg)	KT_NUMBERED("test_expect_not_msg_unpriv", msg)
#define __retval_unpriv(val)	KT_TAG("test_retval_unpriv=" XSTR(val))
#define __auxiliary_unpriv	KT_TAG("test_auxiliary_unpriv")

#define CAP_NET_ADMIN	12
#define CAP_SYS_ADMIN	21
#define CAP_PERFMON	38
#define CAP_BPF		39

/* Any pointer will do as a __retval() */
#define POINTER_VALUE	0xbadcafe
#define TEST_DATA_LEN	64

/* For programs in assembly */
#define __naked __attribute__((naked))
#define __clobber_all "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"
#define __clobber_common "r0", "r1", "r2", "r3", "r4", "r5", "memory"
#define __imm(name) [name]"i"(name)
#define __imm_const(name, expr) [name]"i"(expr)
#define __imm_addr(name) [name]"i"(&name)
#define __imm_ptr(name) [name]"r"(&name)
#define __imm_insn(name, expr) [name]"i"(*(long *)&(expr))

#ifndef __used
#define __used __attribute__((used))
#endif

#if defined(__TARGET_ARCH_x86)
#define SYSCALL_WRAPPER 1
#define SYS_PREFIX "__x64_"
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_WRAPPER 1
#define SYS_PREFIX "__arm64_"
#elif defined(__TARGET_ARCH_riscv)
#define SYSCALL_WRAPPER 1
#define SYS_PREFIX "__riscv_"
#elif defined(__TARGET_ARCH_s390)
#define SYSCALL_WRAPPER 1
#define SYS_PREFIX "__s390x_"
#else
#define SYSCALL_WRAPPER 0
#define SYS_PREFIX "__se_"
#endif

/* The compiler must think that the value is used and changed. */
#define __sink(expr) asm volatile("" : "+g"(expr))

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#endif

#endif /* __BPF_MISC_H__ */
