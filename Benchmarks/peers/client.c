// libcurl: one multi handle, one easy handle a request at a time on each of CONCURRENCY connections.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long received;

static size_t count(char *bytes, size_t size, size_t number, void *unused) {
    (void)bytes;
    (void)unused;
    received += (long long)(size * number);
    return size * number;
}

static long long microseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void fail(const char *text) {
    fprintf(stderr, "%s\n", text);
    exit(1);
}

// Answers how many requests have been answered.
static long long round_of(CURLM *multi, CURL **handles, int concurrency, double seconds) {
    long long end = microseconds(CLOCK_MONOTONIC) + (long long)(seconds * 1e6);
    long long requests = 0;
    int running = concurrency;
    for (int i = 0; i < concurrency; i++) curl_multi_add_handle(multi, handles[i]);
    while (running > 0) {
        int active;
        if (curl_multi_perform(multi, &active) != CURLM_OK) fail("curl_multi_perform failed");
        CURLMsg *message;
        int waiting;
        while ((message = curl_multi_info_read(multi, &waiting))) {
            CURL *handle = message->easy_handle;
            if (message->data.result != CURLE_OK) fail(curl_easy_strerror(message->data.result));
            requests++;
            curl_multi_remove_handle(multi, handle);
            if (microseconds(CLOCK_MONOTONIC) < end) {
                curl_multi_add_handle(multi, handle);
                active++;
            } else {
                running--;
            }
        }
        if (running > 0 && curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK) fail("curl_multi_poll failed");
    }
    return requests;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s URL CONCURRENCY WARM-UP SECONDS\n", argv[0]);
        return 64;
    }
    int concurrency = atoi(argv[2]);
    if (concurrency < 1) fail("CONCURRENCY must be at least 1");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)concurrency);
    CURL **handles = calloc((size_t)concurrency, sizeof *handles);
    if (!multi || !handles) fail("no memory");
    for (int i = 0; i < concurrency; i++) {
        handles[i] = curl_easy_init();
        if (!handles[i]) fail("no memory");
        curl_easy_setopt(handles[i], CURLOPT_URL, argv[1]);
        curl_easy_setopt(handles[i], CURLOPT_WRITEFUNCTION, count);
        curl_easy_setopt(handles[i], CURLOPT_PROXY, "");
    }
    round_of(multi, handles, concurrency, atof(argv[3]));
    received = 0;
    long long cpu = microseconds(CLOCK_PROCESS_CPUTIME_ID), start = microseconds(CLOCK_MONOTONIC);
    long long requests = round_of(multi, handles, concurrency, atof(argv[4]));
    long long elapsed = microseconds(CLOCK_MONOTONIC) - start, spent = microseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"requests\": %lld, \"bytes\": %lld, \"microseconds\": %lld, \"cpu\": %lld}\n", requests, received, elapsed,
           spent);
    return 0;
}
