// SPDX-License-Identifier: Apache-2.0
// Indexes of Helm repositories: the first line is the version that is looked for of the chart
// "one", the rest is the index. The rest is taken for a Chart.yaml, too: what is made of it can be
// read and has it.
#include "fuzz.h"

#include "base/semver.h"
#include "model/chart.h"

static void check_found(const struct chart_listed *found, struct span version)
{
    struct semver a, b;

    FUZZ_CHECK(found->url.len && semver_parse(found->version, &a));
    FUZZ_CHECK(span_eq(found->version, version) ||
               (semver_parse(version, &b) && semver_compare(&a, &b) == 0));
}

static void look_up(struct span text, struct span version)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart_index *index CLEANUP(chart_index_cleanup) = chart_index_read(text, "input", &err);
    struct chart_listed found;

    if (index && chart_index_find(index, SPAN("one"), version, &found, &err) == 0)
        check_found(&found, version);
    else
        fuzz_check_error(err);
}

// Which chart it is only counts when it has a name and version that a lock could have.
static void make(struct span text)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    chart_files files CLEANUP(chart_files_free) = {0};
    struct chart_index *made CLEANUP(chart_index_cleanup) = chart_index_new();
    struct chart_index *again CLEANUP(chart_index_cleanup) = NULL;
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct digest digest = {DIGEST_SHA256, {1}};
    struct chart_listed found;
    struct span name, version;
    struct semver v;

    vec_push(&files, (struct chart_file){.path = "Chart.yaml", .content = text});
    chart = chart_load_files(&files, "input", &err);
    name = chart ? node_get_text(chart->meta, "name") : SPAN_EMPTY;
    version = chart ? node_scalar(node_get(chart->meta, "version")) : SPAN_EMPTY;
    if (!chart || !chart_name_is_plain(name) || !semver_parse(version, &v))
        return;
    FUZZ_CHECK(chart_index_add(made, chart, "one.tgz", &digest));
    FUZZ_CHECK(!chart_index_add(made, chart, "two.tgz", &digest));
    chart_index_write(made, &out);
    again = chart_index_read(buf_span(&out), "made", &err);
    FUZZ_CHECK(again);
    if (chart_index_find(again, name, version, &found, &err) == 0)
        FUZZ_CHECK(span_is(found.url, "one.tgz"));
    else // of another type than Helm knows
        FUZZ_CHECK(node_get_text(chart->meta, "type").len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size), version = SPAN_EMPTY;

    (void)span_next(&text, '\n', &version);
    look_up(text, version);
    make(text);
    return 0;
}
