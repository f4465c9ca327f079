// SPDX-License-Identifier: Apache-2.0
// The record: journal, snapshot and Lease together, and the namespace that they are in.
#include "cluster/record/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "cluster/record/lease.h"
#include "cluster/record/pages.h"

enum {
    RECORD_LOOK_MS = 250,      // whether the namespace is gone
    RECORD_LEAVING_MS = 60000, // how long one that is being deleted is waited for
};

struct record {
    struct record_options options;
    struct lease *lease;
    struct journal *journal;
    struct arena *arena;
    const char *const *layers; // of the tree
    size_t layer_count;
    struct pages journal_pages;
    struct pages snapshot_pages;
    struct snapshot *snapshot; // NULL: not read, or there is none
    bool asked_snapshot;
    bool has_begun;     // the snapshot is seen to
    record_ask_fn *ask; // before the next write; NULL: nothing
    void *ask_data;
    bool changed; // the journal is not as it is in the cluster
};

// --- opening ---

static int understand(struct record *r, struct err **err)
{
    struct journal *fresh CLEANUP(journal_cleanup) = journal_new();

    VEC_FOREACH (const struct page *, it, &r->journal_pages.items) {
        char *what CLEANUP(mem_cleanup) = pages_label(&r->journal_pages, it);

        if (journal_read(fresh, span_of(it->bytes, it->len), what, err) < 0)
            return -1;
    }
    journal_free(r->journal);
    r->journal = STEAL(fresh);
    return 0;
}

static struct lease *new_lease(const struct record *r)
{
    const struct record_options *o = &r->options;
    const struct lease_options options = {.loop = o->loop,
                                          .kube = o->kube,
                                          .ns = o->ns,
                                          .lasts_ms = RECORD_LEASE_MS,
                                          .renew_ms = RECORD_RENEW_MS,
                                          .budget = o->budget,
                                          .report = o->report,
                                          .command = o->command};

    return lease_new(&options);
}

struct record *record_open(const struct record_options *options, struct err **err)
{
    struct record *r CLEANUP(record_cleanup) = MEM_NEW(struct record);

    r->options = *options;
    if (!r->options.ns)
        r->options.ns = RECORD_NAMESPACE;
    r->arena = arena_new();
    r->lease = new_lease(r);
    r->journal_pages = r->snapshot_pages =
        (struct pages){.kube = options->kube, .ns = r->options.ns, .budget = &r->options.budget};
    r->journal_pages.kind = "journal";
    r->snapshot_pages.kind = "snapshot";
    return pages_load(&r->journal_pages, err) < 0 || understand(r, err) < 0 ? NULL : STEAL(r);
}

void record_free(struct record *r)
{
    if (!r)
        return;
    lease_free(r->lease);
    snapshot_free(r->snapshot);
    pages_free(&r->snapshot_pages);
    pages_free(&r->journal_pages);
    journal_free(r->journal);
    arena_free(r->arena);
    free(r);
}

const char *record_namespace(const struct record *r)
{
    return r->options.ns;
}

bool record_exists(const struct record *r)
{
    return r->journal_pages.items.len > 0;
}

const struct journal *record_journal(const struct record *r)
{
    return r->journal;
}

int record_snapshot(struct record *r, const struct snapshot **snapshot, struct err **err)
{
    struct snapshot *read CLEANUP(snapshot_cleanup) = NULL;

    if (!r->asked_snapshot && pages_load(&r->snapshot_pages, err) < 0)
        return -1;
    if (!r->asked_snapshot && pages_are_complete(&r->snapshot_pages)) {
        read = snapshot_new();
        VEC_FOREACH (const struct page *, it, &r->snapshot_pages.items) {
            char *what CLEANUP(mem_cleanup) = pages_label(&r->snapshot_pages, it);

            if (snapshot_read(read, span_of(it->bytes, it->len), what, err) < 0)
                return -1;
        }
        r->snapshot = STEAL(read);
    }
    r->asked_snapshot = true;
    *snapshot = r->snapshot;
    return 0;
}

// --- the namespace ---

static const struct kube_resource *namespaces(const struct record *r, struct err **err)
{
    return kube_find(r->options.kube, SPAN("v1"), SPAN("Namespace"), err);
}

static int make_namespace(struct record *r, const struct kube_resource *resource, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct node *root = node_new_map(d), *metadata = node_new_map(d);
    struct kube_request request = {.verb = KUBE_CREATE,
                                   .resource = resource,
                                   .body = root,
                                   .repeatable = true,
                                   .budget = r->options.budget};

    node_set_str(d, root, "apiVersion", SPAN("v1"));
    node_set_str(d, root, "kind", SPAN("Namespace"));
    node_set(d, root, SPAN("metadata"), metadata);
    node_set_str(d, metadata, "name", span_str(r->options.ns));
    if (kube_perform(r->options.kube, &request, &answer, err) == 0)
        return 0;
    if (answer.reason != KUBE_ALREADY_EXISTS)
        return -1;
    err_clear(err); // somebody else begins, too: the Lease tells who goes on
    return 0;
}

enum presence { PRESENCE_GONE, PRESENCE_LEAVING, PRESENCE_THERE };

static int look_at_namespace(struct record *r, const struct kube_resource *resource,
                             enum presence *presence, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    int result = kube_get(r->options.kube, resource, NULL, r->options.ns, &answer, err);

    if (result < 0)
        return -1;
    *presence = result == 1 ? PRESENCE_GONE
                : node_get_text(node_get(answer.object, "metadata"), "deletionTimestamp").len
                    ? PRESENCE_LEAVING
                    : PRESENCE_THERE;
    return 0;
}

// Waits as long as it is being deleted.
static int wait_for_namespace(struct record *r, const struct kube_resource *resource,
                              int64_t deadline, enum presence *presence, struct err **err)
{
    while (look_at_namespace(r, resource, presence, err) == 0) {
        if (*presence != PRESENCE_LEAVING)
            return 0;
        if (timer_now() >= deadline) {
            err_set(err, ERR_TIMEOUT, "the namespace %s is being deleted and does not go",
                    r->options.ns);
            return err_hint(
                err, "'kubectl get namespace %s -o yaml' says in its conditions what it waits for",
                r->options.ns);
        }
        if (loop_sleep(r->options.loop, RECORD_LOOK_MS, err) < 0)
            return -1;
    }
    return -1;
}

static int ensure_namespace(struct record *r, struct err **err)
{
    const struct kube_resource *resource = namespaces(r, err);
    int64_t deadline = timer_now() + RECORD_LEAVING_MS;
    enum presence presence;

    if (!resource)
        return -1;
    if (budget_deadline(&r->options.budget) < deadline)
        deadline = budget_deadline(&r->options.budget);
    if (wait_for_namespace(r, resource, deadline, &presence, err) < 0)
        return -1;
    return presence == PRESENCE_GONE ? make_namespace(r, resource, err) : 0;
}

// --- writing ---

struct packed {
    VEC(struct span) pages; // owned
};

static void packed_free(struct packed *p)
{
    VEC_FOREACH (struct span *, it, &p->pages)
        free((char *)(uintptr_t)it->ptr);
    vec_free(&p->pages);
}

static int on_packed(void *data, size_t page UNUSED, struct span bytes, struct err **err UNUSED)
{
    struct packed *p = data;

    vec_push(&p->pages, span_of(mem_strn(bytes.ptr, bytes.len), bytes.len));
    return 0;
}

static int save_journal(struct record *r, struct err **err)
{
    struct packed packed CLEANUP(packed_free) = {0};

    if (lease_check(r->lease, err) < 0 ||
        journal_write(r->journal, RECORD_PAGE_MAX_BYTES, on_packed, &packed, err) < 0 ||
        pages_save(&r->journal_pages, packed.pages.items, packed.pages.len, err) < 0)
        return -1;
    r->changed = false;
    return 0;
}

// What was there before the first write of all; one that was not finished, before which nothing was
// written either, is made anew.
static int ensure_snapshot(struct record *r, struct err **err)
{
    struct packed packed CLEANUP(packed_free) = {0};
    struct snapshot *fresh CLEANUP(snapshot_cleanup) = NULL;
    const struct snapshot *known;

    if (record_snapshot(r, &known, err) < 0)
        return -1;
    if (known)
        return 0;
    fresh = snapshot_new();
    if (snapshot_take(r->options.kube, fresh, err) < 0 ||
        snapshot_write(fresh, RECORD_PAGE_MAX_BYTES, on_packed, &packed, err) < 0 ||
        pages_save(&r->snapshot_pages, packed.pages.items, packed.pages.len, err) < 0)
        return -1;
    r->snapshot = STEAL(fresh);
    return 0;
}

static bool are_same(const struct pages *a, const struct pages *b)
{
    if (a->items.len != b->items.len)
        return false;
    for (size_t i = 0; i < a->items.len; i++)
        if (a->items.items[i].number != b->items.items[i].number ||
            strcmp(a->items.items[i].version, b->items.items[i].version) != 0)
            return false;
    return true;
}

// Now that nobody else writes it. When somebody has, what was noted before is noted anew some other
// time.
static int read_again(struct record *r, struct err **err)
{
    struct pages fresh CLEANUP(pages_free) = r->journal_pages;
    struct pages old;

    memset(&fresh.items, 0, sizeof(fresh.items));
    if (pages_load(&fresh, err) < 0)
        return -1;
    if (are_same(&fresh, &r->journal_pages))
        return 0;
    old = r->journal_pages;
    r->journal_pages = fresh;
    fresh = old;
    r->changed = false;
    if (understand(r, err) < 0)
        return -1;
    journal_set_layers(r->journal, r->layers, r->layer_count);
    return 0;
}

int record_take(struct record *r, struct err **err)
{
    if (lease_check(r->lease, err) < 0)
        return -1;
    if (lease_is_held(r->lease))
        return 0;
    return ensure_namespace(r, err) < 0 || lease_take(r->lease, err) < 0 || read_again(r, err) < 0
               ? -1
               : 0;
}

int record_begin(struct record *r, struct err **err)
{
    record_ask_fn *ask = r->ask;

    r->ask = NULL;
    if (ask && ask(r->ask_data, err) < 0)
        return -1;
    if (record_take(r, err) < 0 || (!r->has_begun && ensure_snapshot(r, err) < 0))
        return -1;
    r->has_begun = true;
    return 0;
}

void record_ask_first(struct record *r, record_ask_fn *ask, void *data)
{
    r->ask = ask;
    r->ask_data = data;
}

int record_check(const struct record *r, struct err **err)
{
    return lease_check(r->lease, err);
}

// --- what is noted ---

static bool is_same(const struct journal_entry *a, const struct journal_entry *b)
{
    return a->adopted == b->adopted && strcmp(a->version, b->version) == 0 &&
           strcmp(a->uid, b->uid) == 0 && strcmp(a->digest, b->digest) == 0 &&
           strcmp(a->layer, b->layer) == 0;
}

// Whose an object is stays so as long as it is the same one: by its UID, or, when the run that made
// it was ended before it could note that, because nobody else has made one.
static bool is_adopted(const struct journal_entry *known, const struct journal_entry *entry)
{
    return known && *entry->uid && strcmp(known->uid, entry->uid) == 0 ? known->adopted
                                                                       : entry->adopted;
}

// Whether that is anything new.
static bool put(struct record *r, struct journal_entry entry)
{
    const struct journal_entry *known = journal_find(r->journal, &entry.id);

    entry.adopted = is_adopted(known, &entry);
    if (known && is_same(known, &entry))
        return false;
    journal_put(r->journal, &entry);
    r->changed = true;
    return true;
}

int record_intend(struct record *r, const struct journal_entry *entries, size_t count,
                  struct err **err)
{
    bool is_new = false;

    if (record_begin(r, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        is_new = put(r, entries[i]) || is_new;
    return is_new ? save_journal(r, err) : 0;
}

void record_see(struct record *r, const struct journal_entry *entry)
{
    const struct journal_entry *known = journal_find(r->journal, &entry->id);
    struct journal_entry seen = *entry;

    if (!known || (*known->uid && strcmp(known->uid, entry->uid) != 0))
        return;
    seen.adopted = known->adopted;
    put(r, seen);
}

void record_note(struct record *r, const struct identity *id, const char *uid)
{
    const struct journal_entry *known = journal_find(r->journal, id);
    struct journal_entry entry;

    if (!known || strcmp(known->uid, uid) == 0)
        return;
    entry = *known;
    entry.uid = uid;
    journal_put(r->journal, &entry);
    r->changed = true;
}

void record_forget(struct record *r, const struct identity *id)
{
    r->changed = r->changed || journal_find(r->journal, id);
    journal_remove(r->journal, id);
}

void record_layers(struct record *r, const char *const *names, size_t count)
{
    const char **copies = arena_array(r->arena, count + 1, sizeof(*copies));

    for (size_t i = 0; i < count; i++)
        copies[i] = arena_str(r->arena, names[i]);
    r->layers = copies;
    r->layer_count = count;
    journal_set_layers(r->journal, names, count);
}

int record_flush(struct record *r, struct err **err)
{
    if (!r->changed)
        return 0;
    return record_take(r, err) < 0 || (r->changed && save_journal(r, err) < 0) ? -1 : 0;
}

// --- removing ---

static void forget_all(struct record *r)
{
    pages_forget(&r->journal_pages);
    pages_forget(&r->snapshot_pages);
    journal_free(r->journal);
    r->journal = journal_new();
    snapshot_free(r->snapshot);
    r->snapshot = NULL;
    r->asked_snapshot = false;
    r->has_begun = false;
    r->changed = false;
}

int record_remove(struct record *r, struct err **err)
{
    const struct kube_resource *resource = namespaces(r, err);
    enum presence presence;

    if (!resource || lease_check(r->lease, err) < 0)
        return -1;
    lease_leave(r->lease);
    if (kube_delete(r->options.kube, resource, NULL, r->options.ns, NULL, err) < 0 ||
        wait_for_namespace(r, resource, budget_deadline(&r->options.budget), &presence, err) < 0)
        return -1;
    forget_all(r);
    return 0;
}
