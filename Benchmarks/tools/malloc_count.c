// Counts a program's allocations: gcc -O2 -shared -fPIC, then LD_PRELOAD.
//
// The counts live in the file that MALLOC_COUNT_FILE names, mapped into memory,
// so that another process can read them at any time without disturbing this one.
// For the GNU C library only: its own entry points do the work.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

// script/bench reads this layout: three 64-bit words in the machine's byte order.
struct counts {
    _Atomic uint64_t allocations;
    _Atomic uint64_t frees;
    _Atomic uint64_t bytes;
};

static struct counts unseen;
static struct counts *counts = &unseen;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("MALLOC_COUNT_FILE");
    if (!path) return;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *page = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED) counts = page;
}

static void count_allocation(size_t size) {
    __atomic_fetch_add((uint64_t *)&counts->allocations, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add((uint64_t *)&counts->bytes, size, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    count_allocation(size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    count_allocation(count * size);
    return __libc_calloc(count, size);
}

// Growing an allocation counts as one: it may move.
void *realloc(void *old, size_t size) {
    count_allocation(size);
    if (old) __atomic_fetch_add((uint64_t *)&counts->frees, 1, __ATOMIC_RELAXED);
    return __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, total);
}

void *memalign(size_t alignment, size_t size) {
    count_allocation(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *block = memalign(alignment, size);
    if (!block) return ENOMEM;
    *result = block;
    return 0;
}

void free(void *block) {
    if (block) __atomic_fetch_add((uint64_t *)&counts->frees, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}
