/* Sends messages to a WebSocket server that echoes them, over several connections, one message at a time on each.
 *
 *   websocket_load PORT CONNECTIONS SECONDS OPCODE MESSAGE-FILE ECHO-FILE [EXTENSIONS]
 *
 * MESSAGE-FILE has the payload of the frame that is sent (compressed already when EXTENSIONS are asked for). Without
 * extensions every echo is compared with ECHO-FILE byte by byte; with them the server may compress and fragment in its
 * own way, so only the ends of messages are counted, and ECHO-FILE is ignored. One line of JSON tells what happened.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAXIMUM_CONNECTIONS 1024

struct connection {
    int socket;
    size_t unsent;   /* how much of the frame is still to be sent */
    size_t length;   /* how much has been received */
    unsigned char *input;
};

static struct connection connections[MAXIMUM_CONNECTIONS];
static unsigned char *frame;
static size_t frame_length;
static unsigned char *echo;
static size_t echo_length;
static size_t capacity;
static int compares;

static void fail(const char *text) {
    fprintf(stderr, "%s\n", text);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static unsigned char *contents(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail("cannot read a file");
    *length = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*length + 1);
    if (!bytes || fread(bytes, 1, *length, file) != *length) fail("cannot read a file");
    fclose(file);
    return bytes;
}

/* The frame that is sent: final, masked, RSV1 when compressed. */
static void make_frame(int opcode, const char *path, int is_compressed) {
    size_t length, head = 2;
    unsigned char *payload = contents(path, &length);
    const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    frame = malloc(length + 14);
    if (!frame) fail("out of memory");
    frame[0] = (unsigned char)(0x80 | (is_compressed ? 0x40 : 0) | opcode);
    if (length < 126) {
        frame[1] = (unsigned char)(0x80 | length);
    } else if (length < 65536) {
        frame[1] = 0x80 | 126;
        frame[2] = (unsigned char)(length >> 8);
        frame[3] = (unsigned char)length;
        head = 4;
    } else {
        frame[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++) frame[2 + i] = (unsigned char)((uint64_t)length >> (56 - 8 * i));
        head = 10;
    }
    memcpy(frame + head, mask, 4);
    for (size_t i = 0; i < length; i++) frame[head + 4 + i] = payload[i] ^ mask[i % 4];
    frame_length = head + 4 + length;
    free(payload);
}

/* The length of the whole frame at the beginning of `bytes`, 0 if it is not known yet. */
static size_t whole_frame(const unsigned char *bytes, size_t length, size_t *payload) {
    if (length < 2) return 0;
    uint64_t size = bytes[1] & 0x7f;
    size_t head = 2;
    if (bytes[1] & 0x80) fail("the server masks");
    if (size == 126) {
        if (length < 4) return 0;
        size = (uint64_t)bytes[2] << 8 | bytes[3];
        head = 4;
    } else if (size == 127) {
        if (length < 10) return 0;
        size = 0;
        for (int i = 0; i < 8; i++) size = size << 8 | bytes[2 + i];
        head = 10;
    }
    if (head + size > capacity) fail("an echo that is too long");
    *payload = head;
    return head + (size_t)size;
}

static void send_more(int poll, struct connection *connection) {
    while (connection->unsent > 0) {
        ssize_t count =
            send(connection->socket, frame + frame_length - connection->unsent, connection->unsent, MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = connection};
            epoll_ctl(poll, EPOLL_CTL_MOD, connection->socket, &event);
            return;
        }
        if (count < 0) fail("the server closed a connection");
        connection->unsent -= (size_t)count;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poll, EPOLL_CTL_MOD, connection->socket, &event);
}

static void open_connection(struct connection *connection, int port, const char *extensions) {
    char request[512];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address)) fail("cannot connect");
    int yes = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    int length = snprintf(
        request, sizeof request,
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
        port, extensions ? "Sec-WebSocket-Extensions: " : "", extensions ? extensions : "", extensions ? "\r\n" : "");
    if (send(connection->socket, request, (size_t)length, MSG_NOSIGNAL) != length) fail("cannot send");
    /* Up to the end of the head and no further: nothing follows before a message has been sent. */
    char head[4096];
    size_t received = 0;
    while (received < 4 || memcmp(head + received - 4, "\r\n\r\n", 4)) {
        if (received == sizeof head || recv(connection->socket, head + received, 1, 0) != 1) fail("no answer");
        received++;
    }
    head[received - 1] = 0;
    if (strncmp(head, "HTTP/1.1 101", 12)) fail("the upgrade was refused");
    if (!extensions != !strcasestr(head, "permessage-deflate")) fail("the server chose other extensions");
    connection->input = malloc(capacity);
    if (!connection->input) fail("out of memory");
}

int main(int argc, char **argv) {
    if (argc != 7 && argc != 8) fail("usage: websocket_load PORT CONNECTIONS SECONDS OPCODE MESSAGE ECHO [EXTENSIONS]");
    int port = atoi(argv[1]), count = atoi(argv[2]), opcode = atoi(argv[4]);
    double seconds = atof(argv[3]);
    const char *extensions = argc == 8 ? argv[7] : NULL;
    if (count < 1 || count > MAXIMUM_CONNECTIONS) fail("too many connections");
    compares = !extensions;
    make_frame(opcode, argv[5], extensions != NULL);
    echo = contents(argv[6], &echo_length);
    capacity = 2 * (echo_length + 64);

    int poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        open_connection(&connections[i], port, extensions);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event);
    }
    uint64_t messages = 0;
    double begin = now(), end = begin + seconds, time = begin;
    for (int i = 0; i < count; i++) {
        connections[i].unsent = frame_length;
        send_more(poll, &connections[i]);
    }
    struct epoll_event events[256];
    while ((time = now()) < end) {
        int ready = epoll_wait(poll, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection->unsent > 0) send_more(poll, connection);
            if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            ssize_t got = recv(connection->socket, connection->input + connection->length,
                               capacity - connection->length, MSG_DONTWAIT);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) fail("the server closed a connection");
            connection->length += (size_t)got;
            size_t payload, length;
            while ((length = whole_frame(connection->input, connection->length, &payload)) > 0 &&
                   length <= connection->length) {
                int is_final = connection->input[0] & 0x80, kind = connection->input[0] & 0x0f;
                if (kind != opcode && (compares || kind != 0)) fail("another frame than an echo");
                if (compares && (length - payload != echo_length || memcmp(connection->input + payload, echo, echo_length)))
                    fail("another echo than the message");
                memmove(connection->input, connection->input + length, connection->length - length);
                connection->length -= length;
                if (!is_final) continue;
                messages++;
                connection->unsent = frame_length;
                send_more(poll, connection);
            }
        }
    }
    printf("{\"messages\": %llu, \"seconds\": %.6f}\n", (unsigned long long)messages, time - begin);
    return 0;
}
