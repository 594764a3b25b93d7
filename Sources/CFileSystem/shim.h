#ifndef MARTLET_CFILESYSTEM_H
#define MARTLET_CFILESYSTEM_H

// Two system calls of Linux that the C library has no function for, or only a variadic one, which Swift can't call.

#if defined(__linux__)

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// Opens a file below a directory, by rules that the kernel keeps (openat2, Linux 5.6).
static inline int martlet_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve) {
    struct { uint64_t flags, mode, resolve; } how = { flags, 0, resolve };
    // The number is the same on all architectures.
    return (int)syscall(437, directory, path, &how, sizeof how);
}

// Reads what is in the page cache, and fails with EAGAIN rather than wait for the disk (preadv2 with RWF_NOWAIT).
static inline ssize_t martlet_pread_cached(int descriptor, void *buffer, size_t count, int64_t offset) {
    struct iovec vector = { buffer, count };
#if defined(SYS_preadv2)
    return syscall(SYS_preadv2, descriptor, &vector, 1UL, (unsigned long)offset,
                   (unsigned long)((uint64_t)offset >> 32 >> (sizeof(long) == 8 ? 32 : 0)), 8);
#else
    errno = EAGAIN;
    return -1;
#endif
}

#endif

#endif
