#ifndef MARTLET_CEPOLL_H
#define MARTLET_CEPOLL_H

// The parts of Linux's interface to sockets and their events that Swift's module of the C library leaves out.

#if defined(__linux__)

#include <stddef.h>
#include <stdint.h>

// The kernel's struct epoll_event.
typedef struct {
    uint32_t events;
    uint64_t key;
}
#if defined(__x86_64__)
__attribute__((packed))
#endif
martlet_event;

// The events: bytes can be read, or written; the peer will send no more; the connection is over. And that it is told
// when it happens, not as long as it is so.
extern const uint32_t martlet_readable, martlet_writable, martlet_ended, martlet_gone, martlet_edges;

int martlet_epoll_create(void);
// Watches a descriptor, and no longer.
int martlet_epoll_add(int epoll, int descriptor, const martlet_event *event);
int martlet_epoll_remove(int epoll, int descriptor);
int martlet_epoll_wait(int epoll, martlet_event *events, int count, int milliseconds);

// A descriptor that can be made readable, and does it.
int martlet_alarm_create(void);
void martlet_alarm_raise(int alarm);

// Accepts a connection, which does not block and is closed by exec.
int martlet_accept(int descriptor);
// Sends bytes, or an array of struct iovec, without a signal where the peer is gone. `has_more`: a part of a file follows.
ptrdiff_t martlet_send(int descriptor, const void *bytes, size_t count, int has_more);
ptrdiff_t martlet_send_vectors(int descriptor, const void *vectors, size_t count, int has_more);
// Makes close discard what has not been sent, and tell the peer so.
int martlet_reset_on_close(int descriptor);
// Makes a listening socket of TCP drop the segments that begin a connection.
int martlet_refuse_new(int descriptor);

void martlet_name_thread(const char *name);

#endif

#endif
