#ifndef MARTLET_CHIREDIS_H
#define MARTLET_CHIREDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <hiredis/hiredis.h>

#if defined(__has_include)
#if __has_include(<hiredis/hiredis_ssl.h>)
#define MARTLET_HIREDIS_HAS_TLS 1
#endif
#endif

/* Whether this hiredis has a part for TLS. That of Debian 12 has not. */
static inline bool martlet_hiredis_has_tls(void) {
#ifdef MARTLET_HIREDIS_HAS_TLS
    return true;
#else
    return false;
#endif
}

/* Makes a reader that refuses the types of RESP3, which nobody has asked for: where it has no function for one, hiredis 1
   makes a pointer of the number of the type. */
#if HIREDIS_MAJOR >= 1
static void *martlet_hiredis_refuse_double(const redisReadTask *task, double value, char *text, size_t length) {
    return NULL;
}
static void *martlet_hiredis_refuse_bool(const redisReadTask *task, int value) { return NULL; }
static inline void martlet_hiredis_refuse_resp3(redisReplyObjectFunctions *functions) {
    functions->createDouble = martlet_hiredis_refuse_double;
    functions->createBool = martlet_hiredis_refuse_bool;
}
#else
static inline void martlet_hiredis_refuse_resp3(redisReplyObjectFunctions *functions) {}
#endif

#endif
