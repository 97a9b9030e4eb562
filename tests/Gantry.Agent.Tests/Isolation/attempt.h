// How an attempt is told: one line "group<TAB>name<TAB>result", where the result is DONE or why it failed.
#pragma once
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const char *group;

static inline void tell(const char *name, const char *result) {
    printf("%s\t%s\t%s\n", group, name, result);
    fflush(stdout);
}

// An expression that returns -1 and sets errno when the kernel refuses it.
#define TRY(name, expression)                                           \
    do {                                                                \
        errno = 0;                                                      \
        tell(name, (long)(expression) == -1 ? strerrorname_np(errno) : "DONE"); \
    } while (0)

// The same in a child: what works cannot spoil the attempts after it, and what kills is seen.
#define TRY_APART(name, expression)                                     \
    do {                                                                \
        fflush(stdout);                                                 \
        pid_t child = fork();                                           \
        if (child == 0) {                                               \
            errno = 0;                                                  \
            _exit((long)(expression) == -1 ? errno : 0);                \
        }                                                               \
        int status;                                                     \
        waitpid(child, &status, 0);                                     \
        tell(name, WIFSIGNALED(status) ? "KILLED"                       \
            : WEXITSTATUS(status) == 0 ? "DONE" : strerrorname_np(WEXITSTATUS(status))); \
    } while (0)
