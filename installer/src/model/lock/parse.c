// SPDX-License-Identifier: Apache-2.0
// Reading a lock. Strict: a field that is not known, missing or of another form is an error at its
// line, because a pin that is read wrongly pins nothing.
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/opt.h"
#include "base/semver.h"
#include "io/doc.h"
#include "model/lock/lock_int.h"

#define LOCK_HINT "'sandstrap bundle lock' writes the lock anew"

enum { OBJECT_BYTES = 20 };

static int fail(const char *file, uint32_t line, struct err **err, const char *what,
                struct span value)
{
    err_set(err, ERR_CONFIG, "%s:%u: %s%s%.*s", file, line, what, value.len ? ": " : "",
            SPAN_ARG(value));
    return err_hint(err, LOCK_HINT);
}

static int check_keys(const struct node *n, const char *const *known, size_t count,
                      const char *file, struct err **err)
{
    NODE_FOREACH_PAIR (pair, n) {
        bool ok = false;

        for (size_t i = 0; i < count; i++)
            ok = ok || span_is(pair->key, known[i]);
        if (!ok)
            return fail(file, pair->line, err, "unknown field", pair->key);
    }
    return 0;
}

static bool is_object(struct span s)
{
    unsigned char bytes[OBJECT_BYTES];

    return span_unhex(s, bytes, sizeof(bytes));
}

static uint32_t line_of(const struct node *n, const char *key)
{
    const struct node *value = node_get(n, key);

    return value ? value->line : n->line;
}

// A text, or nothing where it may be missing: what YAML reads as a number or date is neither.
static int parse_text(const struct node *n, const char *key, struct span *text, const char *file,
                      struct err **err)
{
    const struct node *value = node_get(n, key);

    if (value && !node_is(value, NODE_STRING))
        return fail(file, value->line, err, "not a text, which it is in quotes", span_str(key));
    *text = node_text(value);
    return 0;
}

static int parse_digest(const struct node *n, const char *key, struct digest *digest,
                        const char *file, struct err **err)
{
    struct span text = SPAN_EMPTY;

    if (parse_text(n, key, &text, file, err) < 0)
        return -1;
    if (digest_parse(text, digest))
        return 0;
    err_set(err, ERR_CONFIG, "%s:%u: '%s' is not sha256: and 64 hexadecimal digits: %.*s", file,
            line_of(n, key), key, SPAN_ARG(text));
    return err_hint(err, LOCK_HINT);
}

static int parse_size(const struct node *n, struct lock_entry *e, const char *file,
                      struct err **err)
{
    const struct node *size = node_get(n, "size");
    int64_t bytes = node_int(size, 0);

    if (bytes < 0 || (size && !node_is(size, NODE_INT)))
        return fail(file, size->line, err, "'size' is not a number of bytes", SPAN_EMPTY);
    e->size = (uint64_t)bytes;
    return 0;
}

static int parse_pin(const struct node *n, struct lock_entry *e, const char *file, struct err **err)
{
    if (e->kind != LOCK_GIT)
        return parse_digest(n, "digest", &e->digest, file, err) < 0 ? -1
                                                                    : parse_size(n, e, file, err);
    if (parse_text(n, "commit", &e->commit, file, err) < 0 ||
        parse_text(n, "tag", &e->tag, file, err) < 0)
        return -1;
    if (!is_object(e->commit))
        return fail(file, line_of(n, "commit"), err, "'commit' is not 40 hexadecimal digits",
                    e->commit);
    if (node_get(n, "tag") && !is_object(e->tag))
        return fail(file, line_of(n, "tag"), err, "'tag' is not 40 hexadecimal digits", e->tag);
    return parse_digest(n, "pack", &e->pack, file, err);
}

static int parse_manifest(const struct lock *l, const struct node *n, struct lock_manifest *m,
                          const char *file, struct err **err)
{
    static const char *const known[] = {"platform", "digest"};

    if (!node_is(n, NODE_MAP))
        return fail(file, n->line, err, "a manifest is not a map", SPAN_EMPTY);
    if (check_keys(n, known, ARRAY_LEN(known), file, err) < 0 ||
        parse_text(n, "platform", &m->platform, file, err) < 0 ||
        parse_digest(n, "digest", &m->digest, file, err) < 0)
        return -1;
    VEC_FOREACH (const struct span *, it, &l->platforms)
        if (span_eq(*it, m->platform))
            return 0;
    return fail(file, line_of(n, "platform"), err, "not a platform of this lock", m->platform);
}

// Below an index each platform of the lock has its manifest, in the same order.
static int parse_manifests(struct lock *l, const struct node *n, struct lock_entry *e,
                           const char *file, struct err **err)
{
    const struct node *list = node_get(n, "manifests");
    struct lock_manifest *manifests = arena_array(l->arena, l->platforms.len, sizeof(*manifests));

    if (!list)
        return 0;
    if (!node_is(list, NODE_SEQ) || node_len(list) != l->platforms.len)
        return fail(file, list->line, err, "'manifests' is not a list with one for each platform",
                    SPAN_EMPTY);
    for (size_t i = 0; i < node_len(list); i++) {
        if (parse_manifest(l, node_item(list, i), &manifests[i], file, err) < 0)
            return -1;
        if (!span_eq(manifests[i].platform, l->platforms.items[i]))
            return fail(file, node_item(list, i)->line, err, "not in the order of the platforms",
                        manifests[i].platform);
    }
    e->manifests = manifests;
    e->manifest_count = l->platforms.len;
    return 0;
}

static int parse_users(struct lock *l, const struct node *n, struct lock_entry *e, const char *file,
                       struct err **err)
{
    const struct node *users = node_get(n, "usedBy");
    const char **list = arena_array(l->arena, node_len(users) + 1, sizeof(*list));

    if (!node_is(users, NODE_SEQ))
        return fail(file, line_of(n, "usedBy"), err, "'usedBy' is not a list", SPAN_EMPTY);
    NODE_FOREACH_ITEM (user, users) {
        if (!node_is(user, NODE_STRING))
            return fail(file, user->line, err, "'usedBy' holds something else than texts",
                        SPAN_EMPTY);
        list[e->used_by_count++] = arena_str(l->arena, node_str(user));
    }
    e->used_by = list;
    return 0;
}

// Each kind has its own fields.
static int check_entry_keys(const struct node *n, const struct lock_entry *e, const char *file,
                            struct err **err)
{
    static const char *const git[] = {"kind", "name", "ref", "commit", "tag", "pack", "usedBy"};
    static const char *const plain[] = {"kind", "name", "digest", "size", "usedBy"};
    static const char *const oci[] = {"kind", "name", "digest", "size", "manifests", "usedBy"};

    if (e->kind == LOCK_GIT)
        return check_keys(n, git, ARRAY_LEN(git), file, err);
    return lock_is_oci(e) ? check_keys(n, oci, ARRAY_LEN(oci), file, err)
                          : check_keys(n, plain, ARRAY_LEN(plain), file, err);
}

static int parse_name(const struct node *n, struct lock_entry *e, const char *file,
                      struct err **err)
{
    if (parse_text(n, "name", &e->name, file, err) < 0 ||
        parse_text(n, "ref", &e->ref, file, err) < 0)
        return -1;
    if (!e->name.len)
        return fail(file, n->line, err, "an artifact without a name", SPAN_EMPTY);
    return 0;
}

static int parse_entry(struct lock *l, const struct node *n, const char *file, struct err **err)
{
    struct lock_entry e = {0};

    if (!node_is(n, NODE_MAP))
        return fail(file, n->line, err, "an artifact is not a map", SPAN_EMPTY);
    if (!lock_kind_of(node_get_text(n, "kind"), &e.kind))
        return fail(file, line_of(n, "kind"), err, "unknown kind of artifact",
                    node_get_text(n, "kind"));
    if (parse_name(n, &e, file, err) < 0 || check_entry_keys(n, &e, file, err) < 0)
        return -1;
    if (lock_find(l, e.kind, e.name, e.ref))
        return fail(file, n->line, err, "an artifact is pinned twice", e.name);
    if (parse_pin(n, &e, file, err) < 0 || parse_manifests(l, n, &e, file, err) < 0 ||
        parse_users(l, n, &e, file, err) < 0)
        return -1;
    lock_add(l, &e);
    return 0;
}

static int check_head(const struct node *root, const char *file, struct err **err)
{
    static const char *const known[] = {"apiVersion", "kind",      "entrypoint", "origin",
                                        "platforms",  "artifacts", "kubernetes", "decisions"};
    static const char *const old[] = {"sandstrap.dev/v1alpha1", "sandstrap.dev/v1alpha2"};
    struct span origin = node_get_text(root, "origin"), version = node_get_text(root, "apiVersion");

    if (span_is(version, old[0]) || span_is(version, old[1]))
        return fail(file, line_of(root, "apiVersion"), err,
                    "the lock was made by an older sandstrap", SPAN_EMPTY);
    if (!node_is(root, NODE_MAP) || !span_is(node_get_text(root, "kind"), LOCK_KIND) ||
        !span_is(node_get_text(root, "apiVersion"), LOCK_API_VERSION))
        return fail(file, root->line, err, "not a lock of " LOCK_API_VERSION, SPAN_EMPTY);
    if (check_keys(root, known, ARRAY_LEN(known), file, err) < 0)
        return -1;
    if (!span_is(origin, LOCK_ORIGIN_LAB) && !span_is(origin, LOCK_ORIGIN_UPSTREAM))
        return fail(file, line_of(root, "origin"), err, "'origin' is neither lab nor upstream",
                    origin);
    if (!node_get_text(root, "entrypoint").len)
        return fail(file, root->line, err, "'entrypoint' is missing", SPAN_EMPTY);
    if (!node_is(node_get(root, "artifacts"), NODE_SEQ))
        return fail(file, line_of(root, "artifacts"), err, "'artifacts' is not a list", SPAN_EMPTY);
    return 0;
}

// "linux/amd64" or "linux/arm/v6".
static bool is_platform(struct span s)
{
    struct span part;
    size_t parts = 0;

    if (span_ends(s, "/"))
        return false;
    while (span_next(&s, '/', &part)) {
        parts++;
        for (size_t i = 0; i < part.len; i++)
            if (!((part.ptr[i] >= 'a' && part.ptr[i] <= 'z') ||
                  (part.ptr[i] >= '0' && part.ptr[i] <= '9')))
                return false;
        if (!part.len)
            return false;
    }
    return parts == 2 || parts == 3;
}

static int parse_platforms(struct lock *l, const struct node *root, const char *file,
                           struct err **err)
{
    const struct node *list = node_get(root, "platforms");

    if (!node_is(list, NODE_SEQ) || !node_len(list) || node_len(list) > LOCK_PLATFORMS_MAX)
        return fail(file, line_of(root, "platforms"), err,
                    "'platforms' is not a list of operating system/architecture", SPAN_EMPTY);
    NODE_FOREACH_ITEM (n, list) {
        if (!is_platform(node_text(n)))
            return fail(file, n->line, err,
                        "'platforms' holds what is not operating system/architecture",
                        node_text(n));
        lock_add_platform(l, node_text(n));
    }
    return 0;
}

static int parse_kube_version(struct lock *l, const struct node *root, const char *file,
                              struct err **err)
{
    struct span version = SPAN_EMPTY;

    if (parse_text(root, "kubernetes", &version, file, err) < 0)
        return -1;
    if (!semver_is_plain(version))
        return fail(file, line_of(root, "kubernetes"), err,
                    "'kubernetes' is not a version of three numbers", version);
    lock_set_kube_version(l, version);
    return 0;
}

static int parse_decision(struct lock *l, const struct node *n, const char *file, struct err **err)
{
    static const char *const known[] = {"what", "asked", "assumed", "user", "where"};
    struct lock_decision decision = {0};
    struct span text;

    if (!node_is(n, NODE_MAP))
        return fail(file, n->line, err, "a decision is not a map", SPAN_EMPTY);
    if (check_keys(n, known, ARRAY_LEN(known), file, err) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (parse_text(n, known[i], &text, file, err) < 0)
            return -1;
        if (!node_get(n, known[i]) && strcmp(known[i], "where") != 0)
            return fail(file, n->line, err, "a decision lacks", span_str(known[i]));
    }
    if (!lock_question_of(node_get_text(n, "what"), &decision.question))
        return fail(file, line_of(n, "what"), err, "unknown kind of decision",
                    node_get_text(n, "what"));
    decision.asked = node_get_str(n, "asked");
    decision.assumed = node_get_str(n, "assumed");
    decision.user = node_get_str(n, "user");
    decision.where = node_get_str(n, "where");
    lock_add_decision(l, &decision);
    return 0;
}

static int parse_decisions(struct lock *l, const struct node *list, const char *file,
                           struct err **err)
{
    if (list && !node_is(list, NODE_SEQ))
        return fail(file, list->line, err, "'decisions' is not a list", SPAN_EMPTY);
    NODE_FOREACH_ITEM (n, list)
        if (parse_decision(l, n, file, err) < 0)
            return -1;
    return 0;
}

struct lock *lock_parse(struct span text, const char *file, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_yaml_one(d, text, file, err);
    struct lock *l CLEANUP(lock_cleanup) = NULL;

    if (!root || check_head(root, file, err) < 0)
        return NULL;
    l = lock_new(node_get_text(root, "entrypoint"), node_get_text(root, "origin"), SPAN_EMPTY);
    if (parse_platforms(l, root, file, err) < 0 || parse_kube_version(l, root, file, err) < 0)
        return NULL;
    NODE_FOREACH_ITEM (n, node_get(root, "artifacts"))
        if (parse_entry(l, n, file, err) < 0)
            return NULL;
    return parse_decisions(l, node_get(root, "decisions"), file, err) < 0 ? NULL : STEAL(l);
}

struct lock *lock_read(const char *file, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);

    if (file_read(AT_FDCWD, file, &text, err) < 0) {
        err_hint(err, "'sandstrap bundle lock' makes it from the tree and the upstream sources");
        return NULL;
    }
    return lock_parse(buf_span(&text), file, err);
}
