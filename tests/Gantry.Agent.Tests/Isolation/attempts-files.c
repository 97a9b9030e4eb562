// Files of the host, of the kernel, and of the container's own base.
#define _GNU_SOURCE
#include "attempt.h"
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static int write_to(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    return fd == -1 ? -1 : (int)write(fd, text, strlen(text));
}

static int create(const char *path) { return open(path, O_WRONLY | O_CREAT | O_EXCL, 0600); }

// What is masked has no content: a bound /dev/null, or an empty directory.
static int read_any(const char *path) {
    char byte;
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    ssize_t count = fd == -1 ? -1 : read(fd, &byte, 1);
    if (count == 0)
        errno = ENODATA;
    return count == 1 ? 0 : -1;
}

static int list_any(const char *path) {
    DIR *directory = opendir(path);
    if (directory == NULL)
        return -1;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            return 0;
    errno = ENODATA;
    return -1;
}

static void stack(void) {
    group = "stack";
    TRY("write a program of the stack", write_to("/bin/busybox", "x"));
    TRY("create in the stack", create("/etc/x"));
    TRY("create in the root", create("/x"));
    TRY("delete from the stack", unlink("/etc/passwd"));
    TRY("rename in the stack", rename("/etc/passwd", "/etc/x"));
    TRY("link into the stack", symlink("/app", "/etc/x"));
    TRY("chmod in the stack", chmod("/etc/passwd", 0666));
    TRY("touch in the stack", utimensat(AT_FDCWD, "/etc/passwd", NULL, 0));
    TRY("write the resolver configuration", write_to("/etc/resolv.conf", "x"));
    TRY("write the hosts file", write_to("/etc/hosts", "x"));
    TRY("replace a mounted file", rename("/app", "/tmp/app"));
}

static void kernel_files(void) {
    static const char *const masked[] = {
        "/proc/kcore", "/proc/keys", "/proc/kmsg", "/proc/kallsyms", "/proc/timer_list", "/proc/sched_debug", "/proc/interrupts",
    };
    static const char *const empty[] = {"/proc/acpi", "/proc/scsi", "/sys/firmware", "/sys/dev/block", "/sys/kernel/debug", "/sys/kernel/tracing"};
    static const char *const sealed[] = {
        "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
        "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/drop_caches", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/disable_ipv6",
        "/proc/sys/fs/file-max", "/proc/sys/user/max_user_namespaces", "/proc/irq/default_smp_affinity", "/sys/kernel/uevent_helper",
        "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/class/net/eth0/mtu", "/sys/power/state", "/proc/self/uid_map", "/proc/self/gid_map",
        "/proc/self/setgroups", "/proc/1/mem", "/proc/fs/ext4",
    };
    char name[96];
    group = "masked files";
    for (unsigned i = 0; i < sizeof masked / sizeof *masked; i++) {
        snprintf(name, sizeof name, "read %s", masked[i]);
        TRY(name, read_any(masked[i]));
    }
    for (unsigned i = 0; i < sizeof empty / sizeof *empty; i++) {
        snprintf(name, sizeof name, "list %s", empty[i]);
        TRY(name, list_any(empty[i]));
    }
    group = "sealed files";
    for (unsigned i = 0; i < sizeof sealed / sizeof *sealed; i++) {
        snprintf(name, sizeof name, "write %s", sealed[i]);
        TRY(name, write_to(sealed[i], "1"));
    }
    TRY("protect from the OOM killer", write_to("/proc/self/oom_score_adj", "-1000"));
}

// CVE-2022-0492 and its like: a file of the hierarchy that the kernel reads a program's name from.
static void control_groups(void) {
    group = "control groups";
    static const char *const files[] = {
        "release_agent", "notify_on_release", "cgroup.procs", "tasks", "memory.limit_in_bytes", "memory.max", "pids.max", "cpu.shares",
        "cpu.weight", "devices.allow", "cgroup.subtree_control", "cgroup.kill",
    };
    static const char *const groups[] = {"", "/memory", "/pids", "/cpu", "/devices", "/systemd", "/unified"};
    char path[128];
    int writable = 0, made = 0;
    for (unsigned g = 0; g < sizeof groups / sizeof *groups; g++) {
        for (unsigned f = 0; f < sizeof files / sizeof *files; f++) {
            snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", groups[g], files[f]);
            int fd = open(path, O_WRONLY);
            writable += fd != -1;
            close(fd);
        }
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/new-file", groups[g]);
        made += create(path) != -1;
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/new-group", groups[g]);
        made += mkdir(path, 0700) != -1;
    }
    TRY("write a file of the control groups", writable ? 0 : (errno = EROFS, -1));
    group = "control group folders";
    TRY("create in the control groups", made ? 0 : (errno = EROFS, -1));
}

static void devices(void) {
    group = "devices";
    TRY("mknod of the host's disk", mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0)));
    TRY("mknod of memory", mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1)));
    TRY("mknod in /dev", mknod("/dev/mem", S_IFCHR | 0600, makedev(1, 1)));
    TRY("mknod of /dev/fuse", mknod("/tmp/fuse", S_IFCHR | 0600, makedev(10, 229)));
    TRY("create in /dev", create("/dev/x"));
    // A device file that came with the app's layer.
    TRY("open a device of the layer", open("/app/disk", O_RDONLY));
    static const char *const known[] = {
        "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts", "shm", "mqueue", "fd", "stdin", "stdout", "stderr", "core",
    };
    DIR *directory = opendir("/dev");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        int expected = entry->d_name[0] == '.';
        for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
            expected |= strcmp(entry->d_name, known[i]) == 0;
        if (!expected)
            tell("unexpected device", entry->d_name);
    }
    closedir(directory);
}

// CVE-2024-21626: a descriptor or working directory of the host that the runtime forgot to close.
static void descriptors(void) {
    group = "descriptors";
    char path[64], directory[4096];
    int left = 0, entered = 0;
    for (int fd = 3; fd < 4096; fd++) {
        left += fcntl(fd, F_GETFD) != -1;
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        entered += chdir(path) != -1;
        snprintf(path, sizeof path, "/proc/1/fd/%d", fd);
        entered += chdir(path) != -1;
    }
    TRY("use an inherited descriptor", left ? 0 : (errno = EBADF, -1));
    TRY("enter a leaked directory", entered ? 0 : (errno = ENOENT, -1));
    TRY("start in a directory of the host", getcwd(directory, sizeof directory) != NULL && directory[0] == '/' ? (errno = ENOENT, -1) : 0);
    // CVE-2019-5736: the runtime's own program, through the link to it.
    TRY("overwrite the init's program", open("/proc/1/exe", O_WRONLY));
    TRY("overwrite the init by its name", open("/run/gantry-init", O_WRONLY | O_TRUNC));
    TRY("overwrite the own program while it runs", open("/proc/self/exe", O_WRONLY));
}

static void host_files(void) {
    group = "host files";
    static const char *const files[] = {"/root/.bashrc", "/home", "/work", "/var/lib/gantry", "/etc/shadow", "/boot", "/run/gantry", "/var/run/docker.sock", "/run/crun"};
    char name[64];
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "open %s", files[i]);
        TRY(name, open(files[i], O_RDONLY));
    }
    // The classic ways up: more dots than levels, and the root of a process.
    TRY("climb above the root", open("../../../../../../../../../../../root", O_RDONLY));
    TRY("climb by the root of the init", open("/proc/1/root/../../../root", O_RDONLY));
    TRY("climb by the root of the thread", open("/proc/thread-self/root/../root", O_RDONLY));
}

static void gain(void) {
    // Its own files are an app's to change: what follows is not refused for want of a file.
    group = "allowed";
    TRY("create in /app", create("/app/mine"));
    TRY("chmod in /app", chmod("/app/mine", 06755));
    group = "gain";
    TRY("give a file to root", chown("/app/mine", 0, 0));
    TRY("set a file capability", setxattr("/app/mine", "security.capability", "\1\0\0\2\0\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0));
    TRY("set a trusted attribute", setxattr("/app/mine", "trusted.overlay.opaque", "y", 1, 0));
    // A set-user-id program that came with the layer: exit code 0 only when it is root, or has a capability.
    TRY_APART("run a set-user-id program of the layer", execl("/app/setuid", "/app/setuid", "gain", NULL));
    TRY_APART("run a program with capabilities of the layer", execl("/app/capable", "/app/capable", "gain", NULL));
}

// 0 when there was no end to it.
static int fill(const char *path, long mebibytes) {
    static char block[1 << 20];
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd == -1)
        return -1;
    while (mebibytes > 0 && write(fd, block, sizeof block) == sizeof block)
        mebibytes--;
    int error = errno;
    unlink(path);
    errno = error;
    return mebibytes > 0 ? -1 : 0;
}

static int make_queues(int count) {
    struct mq_attr large = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    char name[32];
    for (; count > 0; count--) {
        snprintf(name, sizeof name, "/q%d", count);
        if (mq_open(name, O_CREAT | O_RDWR, 0600, &large) == -1)
            return -1;
    }
    return 0;
}

static void bounded(void) {
    group = "bounds";
    TRY("fill /dev/shm beyond 64 MiB", fill("/dev/shm/x", 65));
    TRY("fill /run", fill("/run/x", 2));
    TRY("make 1024 message queues", make_queues(1024));
    TRY("lock 64 MiB of memory", mlock(malloc(64 << 20), 64 << 20));
}

void file_attempts(void) {
    // First: nothing of this program is open yet.
    descriptors();
    stack();
    kernel_files();
    control_groups();
    devices();
    host_files();
    gain();
    bounded();
}
