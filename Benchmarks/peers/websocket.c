/* An echo over WebSockets with libwebsockets, without compression.
 *
 *   websocket PORT
 */
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

/* The message that is being received, and then sent back: one at a time. */
struct session {
    unsigned char *bytes; /* LWS_PRE bytes for the head, then the message */
    size_t length;
    size_t capacity;
    int is_binary;
};

static int answer(struct lws *socket, enum lws_callback_reasons reason, void *user, void *input, size_t length) {
    struct session *session = user;
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        if (lws_is_first_fragment(socket)) session->length = 0;
        if (session->length + length > session->capacity) {
            session->capacity = 2 * (session->length + length);
            session->bytes = realloc(session->bytes, LWS_PRE + session->capacity);
            if (!session->bytes) return -1;
        }
        memcpy(session->bytes + LWS_PRE + session->length, input, length);
        session->length += length;
        session->is_binary = lws_frame_is_binary(socket);
        if (lws_is_final_fragment(socket)) lws_callback_on_writable(socket);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return lws_write(socket, session->bytes + LWS_PRE, session->length,
                         session->is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0;
    case LWS_CALLBACK_CLOSED:
        free(session->bytes);
        return 0;
    default:
        return 0;
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return 64;
    const struct lws_protocols protocols[] = {
        {.name = "echo", .callback = answer, .per_session_data_size = sizeof(struct session), .rx_buffer_size = 65536},
        {0},
    };
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = atoi(argv[1]);
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context *context = lws_create_context(&info);
    if (!context) return 1;
    while (lws_service(context, 0) >= 0) {
    }
    return 1;
}
