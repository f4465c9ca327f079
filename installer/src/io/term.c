// SPDX-License-Identifier: Apache-2.0
// The two renderers of events and errors. Each line is written with one write(), so that lines of
// several processes do not mix.
#include "io/term.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/timer.h"

struct term_report {
    struct report base;
    int fd;
    enum term_format format;
    int64_t start;
    char *traces;
};

static bool traces(struct report *r, const char *component)
{
    const struct term_report *t = (const struct term_report *)r;
    struct span rest = span_str(t->traces), name;

    while (span_next(&rest, ',', &name))
        if (span_is(span_trim(name), component) || span_is(span_trim(name), "all"))
            return true;
    return false;
}

// A line that cannot be written (a closed pipe) is lost: there is nowhere to say so.
static void write_line(int fd, struct buf *line)
{
    struct err *lost CLEANUP(err_cleanup) = NULL;

    buf_add_char(line, '\n');
    if (fd_write_all(fd, line->data, line->len, "stderr", &lost) < 0)
        return;
}

static void add_plain(struct buf *out, const char *text)
{
    char *plain CLEANUP(mem_cleanup) = text_plain(span_str(text), false);

    buf_add_str(out, plain);
}

static void add_json_field(struct buf *out, const char *name, const char *text)
{
    if (!text)
        return;
    buf_printf(out, ",\"%s\":", name);
    buf_add_json(out, span_str(text));
}

// {"time":"2026-01-02T03:04:05.678Z"
static void add_json_start(struct buf *out)
{
    struct timespec now;
    struct tm utc;
    char text[32];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    buf_printf(out, "{\"time\":\"%s.%03ldZ\"", text, now.tv_nsec / 1000000);
}

static const char *level_name(enum report_level level)
{
    switch (level) {
    case REPORT_TRACE: return "trace";
    case REPORT_INFO: return "info";
    case REPORT_WARN: return "warn";
    }
    return "info";
}

static void add_lines_event(struct buf *out, int64_t elapsed, const struct report_event *e)
{
    buf_printf(out, "%7.1fs ", (double)elapsed / 1000);
    if (e->level == REPORT_WARN)
        buf_add_str(out, "warning: ");
    if (e->level == REPORT_TRACE)
        buf_printf(out, "[%s] ", e->component);
    if (e->layer) {
        add_plain(out, e->layer);
        buf_add_str(out, ": ");
    }
    if (e->object) {
        add_plain(out, e->object);
        buf_add_str(out, ": ");
    }
    add_plain(out, e->text);
}

static void add_json_event(struct buf *out, int64_t elapsed, const struct report_event *e)
{
    add_json_start(out);
    buf_printf(out, ",\"elapsed_ms\":%lld,\"level\":\"%s\"", (long long)elapsed,
               level_name(e->level));
    add_json_field(out, "component", e->component);
    add_json_field(out, "layer", e->layer);
    add_json_field(out, "object", e->object);
    add_json_field(out, "text", e->text);
    if (e->finding)
        buf_printf(out, ",\"finding\":%s", e->finding);
    buf_add_char(out, '}');
}

static void emit(struct report *r, const struct report_event *event)
{
    const struct term_report *t = (const struct term_report *)r;
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    int64_t elapsed = timer_now() - t->start;

    if (t->format == TERM_JSON)
        add_json_event(&line, elapsed, event);
    else
        add_lines_event(&line, elapsed, event);
    write_line(t->fd, &line);
}

struct report *term_report_new(int fd, enum term_format format, const char *trace_names)
{
    struct term_report *t = MEM_NEW(struct term_report);

    t->base.emit = emit;
    t->base.traces = traces;
    t->fd = fd;
    t->format = format;
    t->start = timer_now();
    t->traces = mem_str(trace_names);
    return &t->base;
}

void term_report_free(struct report *r)
{
    if (!r)
        return;
    free(((struct term_report *)r)->traces);
    free(r);
}

void term_error(int fd, enum term_format format, const struct err *error)
{
    struct buf chain CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *hint = err_hint_text(error);

    err_format(error, &chain);
    if (format == TERM_JSON) {
        add_json_start(&line);
        buf_printf(&line, ",\"level\":\"error\",\"kind\":\"%s\",\"exit\":%d",
                   err_kind_name(err_kind(error)), (int)err_kind(error));
        add_json_field(&line, "text", buf_str(&chain));
        add_json_field(&line, "hint", hint);
        buf_add_char(&line, '}');
    } else {
        buf_add_str(&line, "sandstrap: ");
        add_plain(&line, buf_str(&chain));
        if (hint) {
            buf_add_str(&line, "\nhint: ");
            add_plain(&line, hint);
        }
    }
    write_line(fd, &line);
}
