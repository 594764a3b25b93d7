#define _GNU_SOURCE

#include "CEpoll.h"

#if defined(__linux__)

#include <linux/filter.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(martlet_event) == sizeof(struct epoll_event), "The kernel's layout");
_Static_assert(offsetof(martlet_event, key) == offsetof(struct epoll_event, data), "The kernel's layout");

const uint32_t martlet_readable = EPOLLIN;
const uint32_t martlet_writable = EPOLLOUT;
const uint32_t martlet_ended = EPOLLRDHUP;
const uint32_t martlet_gone = EPOLLERR | EPOLLHUP;
const uint32_t martlet_edges = EPOLLET;

int martlet_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int martlet_epoll_add(int epoll, int descriptor, const martlet_event *event) {
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, (struct epoll_event *)event);
}

int martlet_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int martlet_epoll_wait(int epoll, martlet_event *events, int count, int milliseconds) {
    return epoll_wait(epoll, (struct epoll_event *)events, count, milliseconds);
}

int martlet_alarm_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void martlet_alarm_raise(int alarm) { eventfd_write(alarm, 1); }

int martlet_accept(int descriptor) { return accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

ptrdiff_t martlet_send(int descriptor, const void *bytes, size_t count, int has_more) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL | (has_more ? MSG_MORE : 0));
}

ptrdiff_t martlet_send_vectors(int descriptor, const void *vectors, size_t count, int has_more) {
    struct msghdr message = { .msg_iov = (struct iovec *)vectors, .msg_iovlen = count };
    return sendmsg(descriptor, &message, MSG_NOSIGNAL | (has_more ? MSG_MORE : 0));
}

int martlet_reset_on_close(int descriptor) {
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };
    return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

int martlet_refuse_new(int descriptor) {
    // The filter of a TCP socket sees the segment from its header on; byte 13 has the flags, SYN among them.
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
    };
    struct sock_fprog program = { .len = sizeof code / sizeof *code, .filter = code };
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void martlet_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

#endif
