#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own main function: takes the command line and what to call with each input.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));

/// How many bytes the address sanitizer's allocator has given out and not got back.
size_t __sanitizer_get_current_allocated_bytes(void);
