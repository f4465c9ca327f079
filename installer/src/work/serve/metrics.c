// SPDX-License-Identifier: Apache-2.0
// The counters, and their names: as Prometheus wants them, with the unit and _total at the end.
#include "work/serve/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "base/when.h"
#include "work/serve/content/content.h"

void metrics_init(struct metrics *m)
{
    *m = (struct metrics){.start = when_now()};
}

static struct metrics_row *row_of(struct metrics *m, const char *kind, int status)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->rows[i].status == status && strcmp(m->rows[i].kind, kind) == 0)
            return &m->rows[i];
    if (m->count == METRICS_ROWS)
        return &m->rows[METRICS_ROWS - 1];
    m->rows[m->count] = (struct metrics_row){.kind = kind, .status = status};
    return &m->rows[m->count++];
}

void metrics_count(struct metrics *m, const struct httpd_request *r, const char *kind, bool missing)
{
    struct metrics_row *row = row_of(m, kind, r->status);

    row->requests++;
    row->bytes += r->sent;
    m->missing += missing;
    m->cut += !r->whole;
}

// --- as text ---

static void add_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_one(struct buf *out, const char *name, const char *type, const char *help,
                    uint64_t value)
{
    add_head(out, name, type, help);
    buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

// A label's value: quoted; paths are anybody's.
static void add_label(struct buf *out, struct span text)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            buf_add_str(out, "\\n");
            continue;
        }
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '"');
}

static void add_requests(const struct metrics *m, struct buf *out)
{
    add_head(out, "sandstrap_serve_requests_total", "counter", "Requests that were answered.");
    for (size_t i = 0; i < m->count; i++)
        buf_printf(out, "sandstrap_serve_requests_total{kind=\"%s\",code=\"%d\"} %" PRIu64 "\n",
                   m->rows[i].kind, m->rows[i].status, m->rows[i].requests);
    add_head(out, "sandstrap_serve_response_bytes_total", "counter", "Bytes of bodies sent.");
    for (size_t i = 0; i < m->count; i++)
        buf_printf(out,
                   "sandstrap_serve_response_bytes_total{kind=\"%s\",code=\"%d\"} %" PRIu64 "\n",
                   m->rows[i].kind, m->rows[i].status, m->rows[i].bytes);
    add_one(out, "sandstrap_serve_missing_total", "counter",
            "Requests for what is in none of the bundles.", m->missing);
    add_one(out, "sandstrap_serve_cut_total", "counter",
            "Answers that their client did not take whole.", m->cut);
}

static void add_connections(const struct httpd_counts *c, struct buf *out)
{
    add_head(out, "sandstrap_serve_connections", "gauge", "Connections that are open.");
    buf_printf(out,
               "sandstrap_serve_connections{state=\"busy\"} %zu\n"
               "sandstrap_serve_connections{state=\"idle\"} %zu\n",
               c->open - c->idle, c->idle);
    add_one(out, "sandstrap_serve_connections_accepted_total", "counter",
            "Connections that were accepted.", c->accepted);
    add_one(out, "sandstrap_serve_connections_refused_total", "counter",
            "Connections that were refused: too many, bad heads, failed handshakes.", c->refused);
    add_one(out, "sandstrap_serve_connections_timed_out_total", "counter",
            "Connections that idled or stalled too long.", c->timed_out);
}

static void add_sources(const struct serve_content *c, struct buf *out)
{
    add_head(out, "sandstrap_serve_bundle_info", "gauge", "The bundles that are served.");
    VEC_FOREACH (struct content_source *const *, source, &c->sources) {
        const struct bundle *b = (*source)->bundle;

        buf_add_str(out, "sandstrap_serve_bundle_info{path=");
        add_label(out, span_str(bundle_path(b)));
        buf_printf(out, ",identity=\"%s\",origin=", DIGEST_TEXT(bundle_identity(b)));
        add_label(out, bundle_origin(b));
        buf_add_str(out, "} 1\n");
    }
    add_head(out, "sandstrap_serve_blobs_total", "counter",
             "Blobs that were opened for an answer, by where they came from.");
    VEC_FOREACH (struct content_source *const *, source, &c->sources) {
        buf_add_str(out, "sandstrap_serve_blobs_total{path=");
        add_label(out, span_str(bundle_path((*source)->bundle)));
        buf_printf(out, "} %" PRIu64 "\n", (*source)->opened);
    }
}

void metrics_format(const struct metrics *m, const struct metrics_now *now, struct buf *out)
{
    add_head(out, "sandstrap_build_info", "gauge", "The version of the program.");
    buf_add_str(out, "sandstrap_build_info{version=\"" SANDSTRAP_VERSION "\"} 1\n");
    add_one(out, "process_start_time_seconds", "gauge", "When the server started (Unix time).",
            (uint64_t)m->start);
    add_requests(m, out);
    add_connections(now->connections, out);
    add_sources(now->content, out);
    add_one(out, "sandstrap_serve_retired", "gauge",
            "Earlier sets of bundles that still answer for their digests.", now->retired);
    add_one(out, "sandstrap_serve_reloads_total", "counter",
            "How often what is served was replaced.", m->puts);
    add_one(out, "sandstrap_serve_reload_failures_total", "counter",
            "How often what was to replace it was not good enough.", m->refused);
    add_one(out, "sandstrap_serve_log_dropped_total", "counter",
            "Lines of the access log that nobody took in time.", now->log_dropped);
}
