// The floor: one epoll loop, a canned answer. It looks for the end of each
// request's head and for nothing else.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EVENTS = 256, MAX_FDS = 1 << 17, BATCH = 64 };

static char answers[BATCH * 256]; // the same answer, BATCH times
static size_t answer_size;
static time_t rendered;
static unsigned char matched[MAX_FDS]; // by descriptor: how much of CR LF CR LF was seen

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void render(void) {
    time_t now = time(NULL);
    if (now == rendered) return;
    rendered = now;
    char date[64], answer[256];
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    answer_size = (size_t)snprintf(answer, sizeof answer,
                                   "HTTP/1.1 200 OK\r\n"
                                   "Content-Type: text/plain; charset=utf-8\r\n"
                                   "Content-Length: 13\r\n"
                                   "Date: %s\r\n"
                                   "\r\n"
                                   "Hello, world!",
                                   date);
    for (int i = 0; i < BATCH; i++) memcpy(answers + (size_t)i * answer_size, answer, answer_size);
}

// The number of heads that end in these bytes. `seen` carries a partial end over.
static size_t count_heads(const char *bytes, size_t size, unsigned char *seen) {
    const char *end = bytes + size;
    size_t heads = 0;
    unsigned state = *seen;
    while (bytes < end) {
        if (state == 0) {
            bytes = memchr(bytes, '\r', (size_t)(end - bytes));
            if (!bytes) break;
        }
        char want = (state & 1) ? '\n' : '\r';
        if (*bytes == want) {
            if (++state == 4) {
                heads++;
                state = 0;
            }
        } else {
            state = *bytes == '\r';
        }
        bytes++;
    }
    *seen = (unsigned char)state;
    return heads;
}

// Writes all. Waits for a slow reader, which on loopback with a load generator does not happen.
static int write_answers(int fd, size_t count) {
    while (count > 0) {
        size_t batch = count < BATCH ? count : BATCH;
        const char *from = answers;
        size_t left = batch * answer_size;
        while (left > 0) {
            ssize_t sent = write(fd, from, left);
            if (sent > 0) {
                from += sent;
                left -= (size_t)sent;
            } else if (errno == EAGAIN) {
                struct pollfd slow = {.fd = fd, .events = POLLOUT};
                poll(&slow, 1, 1000);
            } else {
                return -1;
            }
        }
        count -= batch;
    }
    return 0;
}

static void accept_all(int listener, int queue) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        if (fd >= MAX_FDS) {
            close(fd);
            continue;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        matched[fd] = 0;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) < 0) close(fd);
    }
}

static void read_requests(int fd) {
    static char input[65536];
    ssize_t got = read(fd, input, sizeof input);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 || write_answers(fd, count_heads(input, (size_t)got, &matched[fd])) < 0) close(fd);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 64;
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)atoi(argv[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (listen(listener, 1024) < 0) fail("listen");

    int queue = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    if (queue < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event) < 0) fail("epoll");

    struct epoll_event events[MAX_EVENTS];
    for (;;) {
        int count = epoll_wait(queue, events, MAX_EVENTS, -1);
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        render();
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                accept_all(listener, queue);
            } else {
                read_requests(events[i].data.fd);
            }
        }
    }
}
