// SPDX-License-Identifier: Apache-2.0
// Phases of a run, as a table and as JSON.
#include "cmd/sandbox/phases.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"

void phases_free(struct phases *p)
{
    vec_free(&p->list);
}

void phases_begin(struct phases *p, const char *journey)
{
    p->journey = journey;
    p->since = timer_now();
}

void phases_add(struct phases *p, struct phase phase)
{
    phase.journey = p->journey;
    vec_push(&p->list, phase);
    p->since = timer_now();
}

void phases_end(struct phases *p, const char *name)
{
    phases_add(p, (struct phase){.name = name, .state = "done", .took_ms = timer_now() - p->since});
}

void phases_end_waiting(struct phases *p, const char *name)
{
    phases_end(p, name);
    p->list.items[p->list.len - 1].waited_ms = p->list.items[p->list.len - 1].took_ms;
}

static int64_t total(const struct phases *p, bool waited)
{
    int64_t sum = 0;

    VEC_FOREACH (const struct phase *, one, &p->list)
        sum += waited ? one->waited_ms : one->took_ms;
    return sum;
}

// Whether phases of several journeys are in it, which have to be told apart.
static bool is_mixed(const struct phases *p)
{
    for (size_t i = 1; i < p->list.len; i++)
        if (strcmp(p->list.items[i].journey, p->list.items[0].journey) != 0)
            return true;
    return false;
}

static void add_row(const char *name, const struct phase *one, bool reached, struct buf *out)
{
    char took[32], waited[32], objects[32] = "", changed[32] = "";

    if (one->counts && one->objects)
        snprintf(objects, sizeof(objects), "%zu", one->objects);
    if (one->counts)
        snprintf(changed, sizeof(changed), "%zu", one->changed);
    buf_printf(out, "%-20s %-10s %8s %8s %8s %8s", name, one->state, objects, changed,
               reached ? timer_format(one->took_ms, took) : "",
               one->waited_ms ? timer_format(one->waited_ms, waited) : "");
    while (out->len && out->data[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
    buf_add_char(out, '\n');
}

void phases_print(const struct phases *p, struct buf *out)
{
    struct phase all = {.state = "", .took_ms = total(p, false), .waited_ms = total(p, true)};
    bool mixed = is_mixed(p);

    buf_printf(out, "%-20s %-10s %8s %8s %8s %8s\n", "PHASE", "STATE", "OBJECTS", "CHANGED", "TIME",
               "WAITING");
    VEC_FOREACH (const struct phase *, one, &p->list) {
        char *name CLEANUP(mem_cleanup) =
            mem_printf("%s%s%s", mixed ? one->journey : "", mixed ? " " : "", one->name);

        add_row(name, one, strcmp(one->state, "-") != 0, out);
    }
    add_row("all", &all, true, out);
}

void phases_set(const struct phases *p, struct node *root, struct doc *d)
{
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const struct phase *, one, &p->list) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "journey", span_str(one->journey));
        node_set_str(d, n, "name", span_str(one->name));
        node_set_str(d, n, "state", span_str(one->state));
        if (one->counts && one->objects)
            node_set(d, n, SPAN("objects"), node_new_int(d, (int64_t)one->objects));
        if (one->counts)
            node_set(d, n, SPAN("changed"), node_new_int(d, (int64_t)one->changed));
        node_set(d, n, SPAN("milliseconds"), node_new_int(d, one->took_ms));
        node_set(d, n, SPAN("waitingMilliseconds"), node_new_int(d, one->waited_ms));
        node_push(d, list, n);
    }
    node_set(d, root, SPAN("phases"), list);
    node_set(d, root, SPAN("milliseconds"), node_new_int(d, total(p, false)));
    node_set(d, root, SPAN("waitingMilliseconds"), node_new_int(d, total(p, true)));
}
