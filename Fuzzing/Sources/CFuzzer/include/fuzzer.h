#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own main function: takes the command line and what to call with each input.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));

/// How many bytes the address sanitizer's allocator has given out and not got back.
size_t __sanitizer_get_current_allocated_bytes(void);

/// Prints what is in use, by the places that have asked for it, the biggest first.
void __sanitizer_print_memory_profile(size_t top_percent, size_t max_number_of_contexts);

/// From now on, jobs of the global executor are handed to `body`, which has to see to it that they are run.
void fuzzer_take_global_jobs(void (*body)(void *job));
