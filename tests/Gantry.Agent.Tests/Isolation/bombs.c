// Uses up what a container may have of one thing, for as long as it lives, and says when it has got as far as it can.
// bombs fork|memory|files|inodes|connections ADDRESS|log|processor|disk, or bombs serve PORT: a neighbour that answers.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int said;

// The first time that something is refused; it is refused again and again after that.
static void exhausted(long count) {
    if (said++ == 0) {
        printf("exhausted after %ld: %s\n", count, strerrorname_np(errno));
        fflush(stdout);
    }
}

static void fork_bomb(void) {
    signal(SIGCHLD, SIG_IGN);
    for (long count = 0;;) {
        pid_t child = fork();
        if (child == 0)
            for (;;)
                pause();
        if (child > 0)
            count++;
        else
            exhausted(count);
    }
}

// Children that touch all they can get; the kernel kills them, and others come.
static void memory_bomb(void) {
    const size_t piece = 1 << 20;
    for (;;) {
        pid_t child = fork();
        if (child == 0)
            for (long count = 0;; count++) {
                char *memory = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
                if (memory == MAP_FAILED)
                    _exit(1);
                memset(memory, count, piece);
            }
        int status = 0;
        waitpid(child, &status, 0);
        errno = ENOMEM;
        if (WIFSIGNALED(status))
            exhausted(1);
    }
}

static void file_bomb(void) {
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        long count = 0;
        while (open("/dev/null", O_RDONLY) != -1)
            count++;
        exhausted(count);
        pid_t child = fork();
        if (child > 0)
            for (;;)
                pause();
        // Each child has a table of its own that it can fill; those it inherited count too.
        for (int fd = 3; child == 0 && fd < 1 << 20 && close(fd) == 0; fd++)
            continue;
    }
}

static void inode_bomb(void) {
    static const char *const places[] = {"/tmp", "/app", "/dev/shm"};
    char path[64];
    for (long count = 0;; count++) {
        snprintf(path, sizeof path, "%s/%ld", places[count % 3], count);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        if (fd == -1)
            exhausted(count);
        close(fd);
    }
}

// Each datagram to another port is another connection for the host's tracker.
static void connection_bomb(const char *address) {
    struct sockaddr_in to = {.sin_family = AF_INET};
    inet_aton(address, &to.sin_addr);
    for (long count = 0;; count++) {
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        for (int port = 1; port < 65536; port++) {
            to.sin_port = htons(port);
            sendto(fd, "x", 1, 0, (void *)&to, sizeof to);
        }
        close(fd);
        errno = 0;
        exhausted(65535);
    }
}

static void log_bomb(void) {
    char line[4096];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (long count = 0;; count++)
        if (write(1, line, sizeof line) == -1)
            exhausted(count);
}

static void *spin(void *nothing) {
    for (volatile long i = 0;; i++)
        continue;
    return nothing;
}

static void processor_bomb(void) {
    pthread_t thread;
    for (int i = 0; i < 16; i++)
        pthread_create(&thread, NULL, spin, NULL);
    errno = 0;
    exhausted(16);
    spin(NULL);
}

// Writes and flushes until the disk is full, and begins again.
static void disk_bomb(void) {
    static char block[1 << 20];
    for (;;) {
        long count = 0;
        int fd = open("/tmp/big", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        // The last write that finds room may be a short one: that is no refusal yet.
        while (write(fd, block, sizeof block) > 0) {
            fdatasync(fd);
            count++;
        }
        exhausted(count);
        close(fd);
    }
}

// Answers each byte with a byte, on any number of connections one after the other.
static void *answer(void *connection) {
    int fd = (int)(long)connection, one = 1;
    char byte;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1)
        continue;
    close(fd);
    return NULL;
}

static void serve(int port) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&here, sizeof here) == -1 || listen(listener, 128) == -1)
        exit(1);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;
        if (fd != -1 && pthread_create(&thread, NULL, answer, (void *)(long)fd) == 0)
            pthread_detach(thread);
    }
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "";
    if (strcmp(what, "fork") == 0) fork_bomb();
    if (strcmp(what, "memory") == 0) memory_bomb();
    if (strcmp(what, "files") == 0) file_bomb();
    if (strcmp(what, "inodes") == 0) inode_bomb();
    if (strcmp(what, "connections") == 0 && count == 3) connection_bomb(arguments[2]);
    if (strcmp(what, "log") == 0) log_bomb();
    if (strcmp(what, "processor") == 0) processor_bomb();
    if (strcmp(what, "disk") == 0) disk_bomb();
    if (strcmp(what, "serve") == 0 && count == 3) serve(atoi(arguments[2]));
    return 2;
}
