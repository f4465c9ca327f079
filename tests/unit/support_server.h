// SPDX-License-Identifier: Apache-2.0
// The scripted servers of tests/servers, started and ended by a test program.
#ifndef SUPPORT_SERVER_H
#define SUPPORT_SERVER_H

#include "base/buf.h"

struct server;

// Starts tests/servers/<script> and waits until it is ready; the test fails otherwise.
struct server *server_start(const char *script);
void server_stop(struct server *s); // NULL-safe

// What it said about itself, "https" -> "40123"; the test fails when it is not there.
const char *server_fact(const struct server *s, const char *name);

// Reads a file that the server made: <fact "certs">/<name>, appended to `out`.
void server_file(const struct server *s, const char *name, struct buf *out);

// As UNIT_MAIN, while the script runs as `server`, a variable of the program.
#define SERVER_MAIN(script, ...)                                                                   \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest unit_tests[] = {__VA_ARGS__};                                      \
        int failed;                                                                                \
                                                                                                   \
        server = server_start(script);                                                             \
        failed = cmocka_run_group_tests(unit_tests, NULL, NULL);                                   \
        server_stop(server);                                                                       \
        return failed;                                                                             \
    }

#endif
