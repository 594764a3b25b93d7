#include "fuzzer.h"

// Of the concurrency library of Swift, which calls it in place of what hands a job to a pool of threads.
typedef __attribute__((swiftcall)) void (*enqueue_hook)(void *job, void *original);
extern enqueue_hook swift_task_enqueueGlobal_hook;

static void (*take)(void *job);

static __attribute__((swiftcall)) void enqueue(void *job, void *original) {
    (void)original;
    take(job);
}

void fuzzer_take_global_jobs(void (*body)(void *job)) {
    take = body;
    swift_task_enqueueGlobal_hook = enqueue;
}
