// Tries to get out of a container, as its app would. Each attempt prints a line; EscapeTests says what each must print.
// attempts kernel HOST-PID, attempts files, attempts network OWN-ADDRESS NEIGHBOUR-ADDRESS, attempts gain
#define _GNU_SOURCE
#include "attempt.h"
#include <sys/syscall.h>

const char *group;

void kernel_attempts(int host_pid);
void file_attempts(void);
void network_attempts(const char *own, const char *neighbour);

// What a program became by its file: root, or somebody with a capability. EPERM when nothing.
static int gained(void) {
    unsigned header[2] = {0x20080522, 0}, sets[6] = {0};
    return geteuid() == 0 || getegid() == 0 || (syscall(SYS_capget, header, sets) == 0 && (sets[0] | sets[1] | sets[3] | sets[4])) ? 0 : EPERM;
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "kernel") == 0)
        kernel_attempts(atoi(arguments[2]));
    else if (count == 2 && strcmp(arguments[1], "files") == 0)
        file_attempts();
    else if (count == 4 && strcmp(arguments[1], "network") == 0)
        network_attempts(arguments[2], arguments[3]);
    else if (count == 2 && strcmp(arguments[1], "gain") == 0)
        return gained();
    else
        return 2;
    return 0;
}
