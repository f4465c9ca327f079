// SPDX-License-Identifier: Apache-2.0
// The plan of a teardown as people and programs read it.
#include "work/teardown.h"

#include <string.h>

static const struct {
    const char *name, *text;
} phases[TEARDOWN_PHASES] = {
    [TEARDOWN_SUSPEND] = {"suspend", "suspend what would make the others anew"},
    [TEARDOWN_RELEASES] = {"releases", "uninstall Helm releases, dependents first"},
    [TEARDOWN_PARENTS] = {"parents", "remove what made them"},
    [TEARDOWN_ORPHANS] = {"orphans", "uninstall Helm releases that nobody else uninstalls"},
    [TEARDOWN_SOURCES] = {"sources", "remove the sources of Flux"},
    [TEARDOWN_OBJECTS] = {"objects", "remove the other objects, last layer first"},
    [TEARDOWN_WEBHOOKS] = {"webhooks", "remove webhooks and API services with nothing behind them"},
    [TEARDOWN_DATA] = {"data", "remove claims, volumes and sealing keys"},
    [TEARDOWN_CONTROLLERS] = {"controllers", "remove the controllers of Flux"},
    [TEARDOWN_DEFINITIONS] = {"definitions", "remove custom resource definitions"},
    [TEARDOWN_NAMESPACES] = {"namespaces", "remove namespaces with all that is left in them"},
    [TEARDOWN_NODES] = {"nodes", "remove routes and stores from the nodes, and their agents"},
    [TEARDOWN_RECORD] = {"record", "remove the record of what sandstrap did"},
};

const char *teardown_phase_name(enum teardown_phase phase)
{
    return phases[phase].name;
}

const char *teardown_verb_name(enum teardown_verb verb)
{
    static const char *const names[] = {
        [TEARDOWN_VERB_SUSPEND] = "suspend",     [TEARDOWN_VERB_DELETE] = "delete",
        [TEARDOWN_VERB_MARK] = "mark",           [TEARDOWN_VERB_LET_GO] = "let go",
        [TEARDOWN_VERB_UNINSTALL] = "uninstall",
    };

    return names[verb];
}

// --- for people ---

static size_t steps_of(const struct teardown_plan *plan, enum teardown_phase phase)
{
    size_t n = 0;

    VEC_FOREACH (const struct teardown_step *, s, &plan->steps)
        n += s->phase == phase;
    return n;
}

// "  delete    HelmRelease bigbang/loki [bigbang] (made by HelmRelease bigbang/bigbang)"
static void print_step(const struct teardown_step *s, struct buf *out)
{
    buf_printf(out, "  %-9s ", teardown_verb_name(s->verb));
    identity_format(&s->id, out);
    if (s->layer)
        buf_printf(out, " [%s]", s->layer);
    if (s->why && s->why[0])
        buf_printf(out, " (%s)", s->why);
    buf_add_char(out, '\n');
}

static void print_phase(const struct teardown_plan *plan, enum teardown_phase phase,
                        struct buf *out)
{
    const struct teardown_step *before = NULL;
    size_t n = steps_of(plan, phase);

    if (!n)
        return;
    buf_printf(out, "%s: %s (%zu)\n", teardown_phase_name(phase), phases[phase].text, n);
    VEC_FOREACH (const struct teardown_step *, s, &plan->steps) {
        if (s->phase != phase)
            continue;
        if (before && before->wave != s->wave)
            buf_add_str(out, "  then\n");
        print_step(s, out);
        before = s;
    }
}

// What the next step is stands once below all that have it.
static void print_kept(const struct teardown_plan *plan, struct buf *out)
{
    if (!plan->kept.len)
        return;
    buf_printf(out, "stays (%zu)\n", plan->kept.len);
    VEC_FOREACH (const struct teardown_kept *, k, &plan->kept) {
        const struct teardown_kept *after = k + 1;
        bool told_later = after < plan->kept.items + plan->kept.len && k->next && after->next &&
                          strcmp(k->next, after->next) == 0;

        buf_add_str(out, "  ");
        identity_format(&k->id, out);
        buf_printf(out, ": %s\n", k->why);
        if (k->next && !told_later)
            buf_printf(out, "    next: %s\n", k->next);
    }
}

void teardown_plan_print(const struct teardown_plan *plan, struct buf *out)
{
    size_t left = 0;

    for (int phase = 0; phase < TEARDOWN_PHASES; phase++)
        print_phase(plan, phase, out);
    print_kept(plan, out);
    VEC_FOREACH (const struct teardown_kept *, k, &plan->kept)
        left += k->left;
    buf_printf(out, "%zu step%s, %zu object%s stay%s", plan->steps.len, PLURAL(plan->steps.len),
               plan->kept.len, PLURAL(plan->kept.len), plan->kept.len == 1 ? "s" : "");
    if (left)
        buf_printf(out, ", %zu of them because of somebody else", left);
    buf_add_char(out, '\n');
}

// --- for programs ---

static void set_text(struct doc *d, struct node *n, const char *key, const char *text)
{
    node_set(d, n, span_str(key), text ? node_new_str(d, span_str(text)) : node_new_null(d));
}

static void set_identity(struct doc *d, struct node *n, const struct identity *id)
{
    node_set_str(d, n, "group", id->group);
    node_set_str(d, n, "kind", id->kind);
    node_set_str(d, n, "namespace", id->ns);
    node_set_str(d, n, "name", id->name);
}

static struct node *step_node(const struct teardown_step *s, struct doc *d)
{
    struct node *n = node_new_map(d);

    set_text(d, n, "phase", teardown_phase_name(s->phase));
    node_set(d, n, SPAN("wave"), node_new_int(d, (int64_t)s->wave));
    set_text(d, n, "verb", teardown_verb_name(s->verb));
    set_identity(d, n, &s->id);
    set_text(d, n, "version", s->version);
    set_text(d, n, "uid", s->uid);
    set_text(d, n, "layer", s->layer);
    set_text(d, n, "why", s->why);
    return n;
}

static struct node *kept_node(const struct teardown_kept *k, struct doc *d)
{
    struct node *n = node_new_map(d);

    set_identity(d, n, &k->id);
    set_text(d, n, "why", k->why);
    set_text(d, n, "next", k->next);
    node_set(d, n, SPAN("data"), node_new_bool(d, k->data));
    node_set(d, n, SPAN("leftover"), node_new_bool(d, k->left));
    return n;
}

struct node *teardown_plan_node(const struct teardown_plan *plan, struct doc *d)
{
    struct node *root = node_new_map(d), *steps = node_new_seq(d), *kept = node_new_seq(d);

    VEC_FOREACH (const struct teardown_step *, s, &plan->steps)
        node_push(d, steps, step_node(s, d));
    VEC_FOREACH (const struct teardown_kept *, k, &plan->kept)
        node_push(d, kept, kept_node(k, d));
    node_set(d, root, SPAN("steps"), steps);
    node_set(d, root, SPAN("kept"), kept);
    return root;
}
