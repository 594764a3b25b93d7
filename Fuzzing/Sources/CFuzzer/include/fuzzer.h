#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own main function: takes the command line and what to call with each input.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
