// SPDX-License-Identifier: Apache-2.0
// Where a passphrase comes from.
#include "base/passphrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "base/file.h"

static int take_line(struct span text, const char *place, struct buf *out, struct err **err)
{
    struct span line = span_head(text, span_find(text, '\n'));

    if (span_ends(line, "\r"))
        line.len--;
    if (!line.len)
        return err_set(err, ERR_USAGE, "%s: the passphrase is empty", place);
    buf_add_span(out, line);
    return 0;
}

// Overwritten, as far as the buffer has not moved: it has room for all from the start.
static void wipe(struct buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    buf_free(b);
}

// --- a file ---

static int from_file(const char *path, struct buf *out, struct err **err)
{
    int fd CLEANUP(fd_cleanup) = file_open(AT_FDCWD, path, O_RDONLY, err);
    struct buf text CLEANUP(wipe) = BUF_INIT(PASSPHRASE_MAX);

    if (fd < 0 || !buf_reserve(&text, PASSPHRASE_MAX) || fd_read_all(fd, path, &text, err) < 0)
        return -1;
    return take_line(buf_span(&text), path, out, err);
}

// --- the terminal ---

struct terminal {
    int fd;
    bool quiet; // the echo is off
    struct termios before;
};

static void terminal_close(struct terminal *t)
{
    if (t->quiet)
        tcsetattr(t->fd, TCSAFLUSH, &t->before);
    fd_cleanup(&t->fd);
}

static bool terminal_open(struct terminal *t)
{
    struct termios silent;

    t->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (t->fd < 0 || tcgetattr(t->fd, &t->before) < 0)
        return false;
    silent = t->before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ICANON | ECHONL;
    t->quiet = tcsetattr(t->fd, TCSAFLUSH, &silent) == 0;
    return t->quiet;
}

static void on_line(void *data, unsigned ready UNUSED)
{
    *(bool *)data = true;
}

// A whole line is there when the terminal is ready, or its end.
static int wait_for_line(struct loop *l, int fd, struct err **err)
{
    bool is_there = false;
    struct loop_fd *watched = loop_add_fd(l, fd, LOOP_READ, on_line, &is_there);
    int result = loop_run_until_set(l, &is_there, err);

    loop_remove_fd(watched);
    return result;
}

static int ask(struct loop *l, const struct terminal *t, const char *question, const char *what,
               struct buf *out, struct err **err)
{
    char line[PASSPHRASE_MAX];
    ssize_t n;
    int result;

    dprintf(t->fd, "%s %s: ", question, what);
    if (wait_for_line(l, t->fd, err) < 0)
        return -1;
    n = read(t->fd, line, sizeof(line));
    result = take_line(span_of(line, n > 0 ? (size_t)n : 0), "terminal", out, err);
    explicit_bzero(line, sizeof(line));
    return result;
}

static int from_terminal(struct loop *l, const char *what, bool twice, struct buf *out,
                         struct err **err)
{
    struct terminal t CLEANUP(terminal_close) = {.fd = -1};
    struct buf again CLEANUP(wipe) = BUF_INIT(PASSPHRASE_MAX);

    if (!terminal_open(&t)) {
        err_set(err, ERR_USAGE, "no passphrase for %s is given, and there is no terminal to ask on",
                what);
        return err_hint(err, "--passphrase-file FILE, or the variable " PASSPHRASE_VARIABLE);
    }
    if (ask(l, &t, "passphrase for", what, out, err) < 0)
        return -1;
    if (!twice)
        return 0;
    if (ask(l, &t, "again, for", what, &again, err) < 0)
        return -1;
    if (!span_eq(buf_span(out), buf_span(&again)))
        return err_set(err, ERR_USAGE, "the two passphrases differ");
    return 0;
}

int passphrase_get(struct loop *l, const char *file, const char *what, bool twice, struct buf *out,
                   struct err **err)
{
    const char *given = getenv(PASSPHRASE_VARIABLE);
    int result;

    if (file)
        return from_file(file, out, err);
    if (!given)
        return from_terminal(l, what, twice, out, err);
    result = take_line(span_str(given), PASSPHRASE_VARIABLE, out, err);
    unsetenv(PASSPHRASE_VARIABLE);
    return result;
}
