// For servers under valgrind: gcc -O2 -shared -fPIC, then LD_PRELOAD.
//
// valgrind 3.19 writes to the mask that sigsuspend is given and crashes when that
// is read-only, as it is where libdispatch parks the main thread of a Swift
// program with an asynchronous main. Here it is given a copy.

#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    volatile sigset_t copy = *mask;
    return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}
