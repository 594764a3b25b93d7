#ifndef MARTLET_CZSTANDARD_H
#define MARTLET_CZSTANDARD_H

#include <zstd.h>
#include <zstd_errors.h>

#endif
