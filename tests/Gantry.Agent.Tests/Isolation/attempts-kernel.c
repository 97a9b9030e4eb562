// System calls that an app never needs, and those that reach processes outside.
#define _GNU_SOURCE
#include "attempt.h"
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/xattr.h>

static void mounting(void) {
    group = "mounting";
    TRY_APART("mount tmpfs", mount("x", "/tmp", "tmpfs", 0, ""));
    TRY_APART("mount proc", mount("x", "/tmp", "proc", 0, ""));
    TRY_APART("mount bind", mount("/", "/tmp", NULL, MS_BIND | MS_REC, NULL));
    TRY_APART("mount remount root writable", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    TRY_APART("mount move", mount("/app", "/tmp", NULL, MS_MOVE, NULL));
    TRY_APART("umount a masked path", umount2("/proc/kcore", MNT_DETACH));
    TRY_APART("pivot_root", syscall(SYS_pivot_root, "/app", "/app"));
    TRY_APART("chroot", chroot("/app"));
    TRY_APART("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    TRY_APART("fsconfig", syscall(SYS_fsconfig, 0, 0, "a", "b", 0));
    TRY_APART("fsmount", syscall(SYS_fsmount, 0, 0, 0));
    TRY_APART("fspick", syscall(SYS_fspick, AT_FDCWD, "/", 0));
    TRY_APART("open_tree clone", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
    TRY_APART("move_mount", syscall(SYS_move_mount, AT_FDCWD, "/app", AT_FDCWD, "/tmp", 0));
    TRY_APART("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, "", 0));
}

static void namespaces(void) {
    group = "namespaces";
    static const struct { const char *name; unsigned flag; } kinds[] = {
        {"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"network", CLONE_NEWNET},
        {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP}, {"time", 0x80},
    };
    char name[64];
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(name, sizeof name, "unshare %s", kinds[i].name);
        TRY_APART(name, unshare(kinds[i].flag));
        // clone has no flag for time namespaces: that bit is part of its signal.
        if (kinds[i].flag != 0x80) {
            snprintf(name, sizeof name, "clone %s", kinds[i].name);
            TRY_APART(name, syscall(SYS_clone, kinds[i].flag | SIGCHLD, 0, 0, 0, 0));
        }
        snprintf(name, sizeof name, "clone3 %s", kinds[i].name);
        unsigned long long arguments[8] = {kinds[i].flag, 0, 0, 0, SIGCHLD};
        TRY_APART(name, syscall(SYS_clone3, arguments, sizeof arguments));
    }
    TRY_APART("setns user", setns(open("/proc/1/ns/user", O_RDONLY), CLONE_NEWUSER));
    TRY_APART("setns mount", setns(open("/proc/self/ns/mnt", O_RDONLY), CLONE_NEWNS));
    TRY_APART("setns by pidfd", setns(syscall(SYS_pidfd_open, 1, 0), CLONE_NEWNS | CLONE_NEWPID));
}

static void kernel(void) {
    group = "kernel";
    TRY_APART("init_module", syscall(SYS_init_module, "", 0L, ""));
    TRY_APART("finit_module", syscall(SYS_finit_module, 0, "", 0));
    TRY_APART("delete_module", syscall(SYS_delete_module, "overlay", O_NONBLOCK));
    TRY_APART("kexec_load", syscall(SYS_kexec_load, 0L, 0L, NULL, 0L));
    TRY_APART("kexec_file_load", syscall(SYS_kexec_file_load, 0, 0, 0L, "", 0L));
    TRY_APART("reboot", reboot(RB_DISABLE_CAD));
    union bpf_attr program = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    TRY_APART("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &program, sizeof program));
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event};
    TRY_APART("perf_event_open", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
    TRY_APART("userfaultfd", syscall(SYS_userfaultfd, 1));
    char ring[120] = {0};
    TRY_APART("io_uring_setup", syscall(SYS_io_uring_setup, 1, ring));
    TRY_APART("io_uring_enter", syscall(SYS_io_uring_enter, 0, 0, 0, 0, 0, 0));
    TRY_APART("io_uring_register", syscall(SYS_io_uring_register, 0, 0, 0, 0));
    TRY_APART("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    TRY_APART("add_key", syscall(SYS_add_key, "user", "a", "b", 1, -2));
    TRY_APART("request_key", syscall(SYS_request_key, "user", "a", NULL, -2));
    TRY_APART("syslog", klogctl(10, NULL, 0));
    TRY_APART("swapon", swapon("/app/x", 0));
    TRY_APART("swapoff", swapoff("/app/x"));
    TRY_APART("acct", acct("/app/x"));
    TRY_APART("quotactl", syscall(SYS_quotactl, 0x800001 << 8, "/app", 0, NULL));
    struct timeval time = {0};
    TRY_APART("settimeofday", settimeofday(&time, NULL));
    struct timex adjustment = {.modes = ADJ_FREQUENCY};
    TRY_APART("adjtimex", adjtimex(&adjustment));
    TRY_APART("iopl", iopl(3));
    TRY_APART("ioperm", ioperm(0x70, 2, 1));
    TRY_APART("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
    TRY_APART("lookup_dcookie", syscall(SYS_lookup_dcookie, 0L, "", 0L));
    TRY_APART("vhangup", vhangup());
    TRY_APART("sethostname", sethostname("other", 5));
    TRY_APART("setdomainname", setdomainname("other", 5));
    TRY_APART("personality", personality(ADDR_NO_RANDOMIZE));
    struct { unsigned bytes; int type; char handle[128]; } handle = {.bytes = 128};
    int mount_id;
    TRY_APART("name_to_handle_at", name_to_handle_at(AT_FDCWD, "/", (void *)&handle, &mount_id, 0));
    TRY_APART("open_by_handle_at", open_by_handle_at(0, (void *)&handle, O_RDONLY));
}

// The doors for 32-bit and x32 programs lead past filters that look at numbers only.
static void doors(void) {
    group = "other doors";
#ifdef __x86_64__
    TRY_APART("mount by int 0x80", ({
        int result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(21), "b"(0), "c"(0), "d"(0), "S"(0), "D"(0));
        errno = -result;
        result < 0 ? -1 : 0;
    }));
    TRY_APART("mount by x32", syscall(0x40000000 + SYS_mount, "x", "/tmp", "tmpfs", 0, ""));
#endif
}

static void privilege(void) {
    group = "privilege";
    gid_t root = 0;
    TRY_APART("setuid root", setuid(0));
    TRY_APART("setgid root", setgid(0));
    TRY_APART("setgroups", setgroups(1, &root));
    TRY_APART("drop no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    TRY_APART("raise ambient capability", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
    TRY_APART("setpriority", setpriority(PRIO_PROCESS, 0, -5));
    struct sched_param first = {.sched_priority = 1};
    TRY_APART("real-time scheduling", sched_setscheduler(0, SCHED_FIFO, &first));
    struct rlimit limit = {1 << 24, 1 << 24};
    TRY_APART("raise RLIMIT_NOFILE", setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_max = 1 << 20;
    TRY_APART("raise RLIMIT_CORE", setrlimit(RLIMIT_CORE, &limit));
}

// A process of the host, by its number there.
static void others(int pid) {
    group = "other processes";
    char byte, path[64];
    struct iovec own = {&byte, 1}, other = {(void *)0x400000, 1};
    TRY_APART("kill a host process", kill(pid, 0));
    TRY_APART("ptrace a host process", ptrace(PTRACE_ATTACH, pid, 0, 0));
    TRY_APART("process_vm_readv of a host process", process_vm_readv(pid, &own, 1, &other, 1, 0));
    TRY_APART("process_vm_writev of a host process", process_vm_writev(pid, &own, 1, &other, 1, 0));
    TRY_APART("pidfd_open of a host process", syscall(SYS_pidfd_open, pid, 0));
    TRY_APART("kcmp with a host process", syscall(SYS_kcmp, getpid(), pid, 0, 0, 0));
    TRY_APART("setpriority of a host process", setpriority(PRIO_PROCESS, pid, 10));
    TRY_APART("setaffinity of a host process", ({ cpu_set_t all; memset(&all, 0xff, sizeof all); sched_setaffinity(pid, sizeof all, &all); }));
    TRY_APART("prlimit of a host process", prlimit(pid, RLIMIT_CORE, NULL, NULL));
    snprintf(path, sizeof path, "/proc/%d/root/etc/passwd", pid);
    TRY_APART("files of a host process", open(path, O_RDONLY));
    snprintf(path, sizeof path, "/proc/%d/environ", pid);
    TRY_APART("environment of a host process", open(path, O_RDONLY));
}

void kernel_attempts(int host_pid) {
    mounting();
    namespaces();
    kernel();
    doors();
    privilege();
    others(host_pid);
}
