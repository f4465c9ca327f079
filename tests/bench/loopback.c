// SPDX-License-Identifier: Apache-2.0
// Both ends of a benchmark of HTTP servers, as light as they can be.
//
//     loopback serve PORT-FILE FOLDER      the ceiling: a thread for each connection that does
//     nothing
//                                          but sendfile() from the folder
//     loopback get PORT CONNECTIONS MILLISECONDS < TARGETS
//                                          asks for the targets in turn on kept connections, lets
//                                          the kernel drop the bodies, and prints "REQUESTS BYTES
//                                          SECONDS"
//
// It understands what its two ends need of HTTP: a status line, Content-Length, nothing else.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 16384, TARGETS_MAX = 4096, CONNECTIONS_MAX = 64, READ_BYTES = 256 << 10 };

// Without it docker-registry says that a manifest is not there.
#define ACCEPT "Accept: application/vnd.oci.image.manifest.v1+json, */*\r\n"

static void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("loopback: ", stderr);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, " (%s)\n", strerror(errno));
    exit(1);
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

// Receives up to the end of a head; bytes behind it stay in `head`. 0 when the peer has ended.
static size_t receive_head(int fd, char *head, size_t *len)
{
    *len = 0;
    for (;;) {
        ssize_t n = recv(fd, head + *len, HEAD_MAX - *len, 0);
        char *end;

        if (n <= 0)
            return 0;
        *len += (size_t)n;
        end = memmem(head, *len, "\r\n\r\n", 4);
        if (end)
            return (size_t)(end + 4 - head);
        if (*len == HEAD_MAX)
            die("a head is too long");
    }
}

// --- the ceiling ---

static void answer(int fd, const char *target)
{
    char head[128];
    struct stat st;
    off_t at = 0;
    int file, len;

    file = open(target, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &st) < 0)
        die("%s", target);
    len = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %lld\r\n\r\n",
                   (long long)st.st_size);
    if (send(fd, head, (size_t)len, MSG_MORE | MSG_NOSIGNAL) != len)
        return;
    while (at < st.st_size)
        if (sendfile(fd, file, &at, (size_t)(st.st_size - at)) <= 0)
            break;
    close(file);
}

static void *serve_connection(void *data)
{
    int fd = *(int *)data;
    char head[HEAD_MAX], target[HEAD_MAX];
    size_t len;

    free(data);
    while (receive_head(fd, head, &len)) {
        head[len < HEAD_MAX ? len : HEAD_MAX - 1] = '\0';
        if (sscanf(head, "GET /%s ", target) != 1)
            die("not a GET");
        answer(fd, target);
    }
    close(fd);
    return NULL;
}

static void serve(const char *port_file, const char *folder)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    FILE *out;

    if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, CONNECTIONS_MAX) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        die("cannot listen");
    out = fopen(port_file, "w");
    if (!out || fprintf(out, "%d\n", ntohs(address.sin_port)) < 0 || fclose(out) < 0)
        die("%s", port_file);
    if (chdir(folder) < 0)
        die("%s", folder);
    for (;;) {
        int *client = malloc(sizeof(*client));
        pthread_t thread;

        *client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (*client < 0)
            die("accept");
        setsockopt(*client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (pthread_create(&thread, NULL, serve_connection, client) != 0)
            die("no thread");
        pthread_detach(thread);
    }
}

// --- the client ---

static char *targets[TARGETS_MAX];
static size_t target_count;
static int server_port;
static double ends_at;
static atomic_size_t next_target;
static atomic_ullong requests, bytes;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void drop(int fd, unsigned long long left)
{
    static _Thread_local char data[READ_BYTES];

    while (left) {
        ssize_t n = recv(fd, data, left < sizeof(data) ? left : sizeof(data), 0);

        if (n <= 0)
            die("the body ended %llu bytes too soon", left);
        left -= (unsigned long long)n;
    }
}

static void get(int fd, const char *target)
{
    char text[HEAD_MAX], head[HEAD_MAX + 1];
    int len =
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n" ACCEPT "\r\n",
                 target, server_port);
    unsigned long long size;
    size_t have, end;
    const char *length;

    if (send(fd, text, (size_t)len, MSG_NOSIGNAL) != len)
        die("send");
    end = receive_head(fd, head, &have);
    head[end] = end < have ? head[end] : '\0';
    length = strcasestr(head, "\r\nContent-Length:");
    if (!end || strncmp(head, "HTTP/1.1 200 ", 13) != 0 || !length)
        die("%s: not answered: %.60s", target, end ? head : "closed");
    size = strtoull(length + 17, NULL, 10);
    drop(fd, size - (have - end));
    requests++;
    bytes += size;
}

static void *client(void *data)
{
    struct sockaddr_in address = loopback(server_port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    (void)data;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die("cannot connect to port %d", server_port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    while (now() < ends_at)
        get(fd, targets[next_target++ % target_count]);
    close(fd);
    return NULL;
}

static void load(int connections, double seconds)
{
    pthread_t threads[CONNECTIONS_MAX];
    char line[HEAD_MAX];
    double began;

    while (target_count < TARGETS_MAX && fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        targets[target_count++] = strdup(line);
    }
    if (!target_count || connections < 1 || connections > CONNECTIONS_MAX)
        die("no targets, or too many connections");
    began = now();
    ends_at = began + seconds;
    for (int i = 0; i < connections; i++)
        if (pthread_create(&threads[i], NULL, client, NULL) != 0)
            die("no thread");
    for (int i = 0; i < connections; i++)
        pthread_join(threads[i], NULL);
    printf("%llu %llu %.6f\n", requests, bytes, now() - began);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 4 && strcmp(argv[1], "serve") == 0) {
        serve(argv[2], argv[3]);
    } else if (argc == 5 && strcmp(argv[1], "get") == 0) {
        server_port = atoi(argv[2]);
        load(atoi(argv[3]), atoi(argv[4]) / 1000.0);
    } else {
        die("usage: loopback serve PORT-FILE FOLDER | get PORT CONNECTIONS MILLISECONDS");
    }
    return 0;
}
