// SPDX-License-Identifier: Apache-2.0
// The error object.
#define ERR_DEFINE
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

struct err {
    enum err_kind kind;
    int errnum;
    char *message;
    char *hint;
    struct err *cause;
};

static int put(struct err **err, enum err_kind kind, int errnum, char *message)
{
    struct err *e;

    assert(err && !*err);
    e = MEM_NEW(struct err);
    e->kind = kind;
    e->errnum = errnum;
    e->message = message;
    *err = e;
    return -1;
}

// Messages quote what was read, whatever bytes are in it: they stay one line of plain text, without
// the secrets of URLs.
static char *one_line(const char *fmt, va_list args) PRINTF(1, 0);
static char *one_line(const char *fmt, va_list args)
{
    char *text CLEANUP(mem_cleanup) = mem_vprintf(fmt, args);
    char *masked CLEANUP(mem_cleanup) = url_masked(text);

    return text_plain(span_str(masked), false);
}

int err_set(struct err **err, enum err_kind kind, const char *fmt, ...)
{
    va_list args;
    char *message;

    va_start(args, fmt);
    message = one_line(fmt, args);
    va_end(args);
    return put(err, kind, 0, message);
}

int err_set_errno(struct err **err, enum err_kind kind, int errnum, const char *fmt, ...)
{
    char reason[128];
    char *message CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    message = one_line(fmt, args);
    va_end(args);
    // The GNU strerror_r may return a static text; musl's fills the buffer.
#ifdef __GLIBC__
    const char *text = strerror_r(errnum, reason, sizeof(reason));
#else
    const char *text = strerror_r(errnum, reason, sizeof(reason)) == 0 ? reason : "unknown error";
#endif
    return put(err, kind, errnum, mem_printf("%s: %s", message, text));
}

static int wrap(struct err **err, enum err_kind kind, char *message)
{
    struct err *e;

    assert(err && *err);
    e = MEM_NEW(struct err);
    e->kind = kind;
    e->message = message;
    e->cause = *err;
    *err = e;
    return -1;
}

int err_wrap(struct err **err, const char *fmt, ...)
{
    va_list args;
    char *message;

    va_start(args, fmt);
    message = one_line(fmt, args);
    va_end(args);
    return wrap(err, (*err)->kind, message);
}

int err_wrap_as(struct err **err, enum err_kind kind, const char *fmt, ...)
{
    va_list args;
    char *message;

    va_start(args, fmt);
    message = one_line(fmt, args);
    va_end(args);
    return wrap(err, kind, message);
}

int err_hint(struct err **err, const char *fmt, ...)
{
    va_list args;

    assert(err && *err);
    free((*err)->hint);
    va_start(args, fmt);
    (*err)->hint = one_line(fmt, args);
    va_end(args);
    return -1;
}

int err_move(struct err **to, struct err **from)
{
    assert(to && !*to && from && *from);
    *to = *from;
    *from = NULL;
    return -1;
}

struct err *err_clone(const struct err *err)
{
    struct err *copy;

    if (!err)
        return NULL;
    copy = MEM_NEW(struct err);
    copy->kind = err->kind;
    copy->errnum = err->errnum;
    copy->message = mem_str(err->message);
    copy->hint = mem_str(err->hint);
    copy->cause = err_clone(err->cause);
    return copy;
}

enum err_kind err_kind(const struct err *err)
{
    return err->kind;
}

int err_errno(const struct err *err)
{
    while (err->cause)
        err = err->cause;
    return err->errnum;
}

const char *err_message(const struct err *err)
{
    return err->message;
}

const char *err_hint_text(const struct err *err)
{
    for (; err; err = err->cause)
        if (err->hint)
            return err->hint;
    return NULL;
}

const struct err *err_cause(const struct err *err)
{
    return err->cause;
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_INTERNAL: return "internal";
    case ERR_USAGE: return "usage";
    case ERR_CONFIG: return "config";
    case ERR_PREFLIGHT: return "preflight";
    case ERR_INTEGRITY: return "integrity";
    case ERR_SOURCE: return "source";
    case ERR_API: return "api";
    case ERR_TIMEOUT: return "timeout";
    case ERR_TERMINAL: return "terminal";
    case ERR_LEFTOVERS: return "leftovers";
    case ERR_CHANGES: return "changes";
    case ERR_UNSUPPORTED: return "unsupported";
    case ERR_CANCELLED: return "cancelled";
    }
    return "internal";
}

void err_free(struct err *err)
{
    while (err) {
        struct err *cause = err->cause;

        free(err->message);
        free(err->hint);
        free(err);
        err = cause;
    }
}

void err_clear(struct err **err)
{
    err_free(*err);
    *err = NULL;
}
