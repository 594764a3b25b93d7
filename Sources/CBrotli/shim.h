#ifndef MARTLET_CBROTLI_H
#define MARTLET_CBROTLI_H

#include <brotli/decode.h>
#include <brotli/encode.h>

#endif
