// SwiftPM asks for a source file; the header is all there is.
#include "fuzzer.h"
