// SPDX-License-Identifier: Apache-2.0
#include "support_server.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "unit.h"

struct server {
    pid_t pid;
    int input; // closing it ends the server
    struct map facts;
    char *text; // owns keys and values
};

static void start_python(struct server *s, const char *script, FILE **output)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/servers/%s", TESTS_ROOT, script);
    char *argv[] = {(char *)"python3", path, NULL};
    posix_spawn_file_actions_t files;
    int in[2], out[2];

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    assert_int_equal(posix_spawnp(&s->pid, "python3", &files, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    close(in[0]);
    close(out[1]);
    s->input = in[1];
    *output = fdopen(out[0], "r");
}

static void read_facts(struct server *s, FILE *output)
{
    struct buf text = BUF_INIT(BUF_TEXT_MAX);
    char line[4096];
    struct span rest, one;

    while (fgets(line, sizeof(line), output) && strcmp(line, "ready\n") != 0)
        buf_add_str(&text, line);
    fclose(output);
    s->text = buf_take(&text);
    rest = span_str(s->text);
    while (span_next(&rest, '\n', &one)) {
        struct span name, value;

        assert_true(span_cut(one, '=', &name, &value));
        ((char *)value.ptr)[value.len] = '\0';
        map_put(&s->facts, name, (char *)value.ptr);
    }
}

struct server *server_start(const char *script)
{
    struct server *s = MEM_NEW(struct server);
    FILE *output;

    signal(SIGPIPE, SIG_IGN);
    start_python(s, script, &output);
    read_facts(s, output);
    assert_true(map_len(&s->facts) > 0);
    return s;
}

void server_stop(struct server *s)
{
    if (!s)
        return;
    close(s->input);
    waitpid(s->pid, NULL, 0);
    map_free(&s->facts);
    free(s->text);
    free(s);
}

const char *server_fact(const struct server *s, const char *name)
{
    const char *value = map_get(&s->facts, span_str(name));

    if (!value)
        fail_msg("the server does not tell '%s'", name);
    return value;
}

void server_file(const struct server *s, const char *name, struct buf *out)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/%s", server_fact(s, "certs"), name);
    struct err *err = NULL;

    assert_int_equal(file_read(AT_FDCWD, path, out, &err), 0);
}
