// SPDX-License-Identifier: Apache-2.0
// Pages in ConfigMaps.
#include "cluster/record/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/doc.h"

#define PAGES_LABEL "sandstrap.dev/record"
#define PAGES_COUNT "sandstrap.dev/pages" // annotation: how many belong together
#define PAGES_KEY "page.json.gz"

static void page_free(struct page *page)
{
    free(page->version);
    free(page->bytes);
}

void pages_forget(struct pages *p)
{
    VEC_FOREACH (struct page *, it, &p->items)
        page_free(it);
    p->items.len = 0;
}

void pages_free(struct pages *p)
{
    pages_forget(p);
    vec_free(&p->items);
}

static char *page_name(const struct pages *p, uint64_t number)
{
    return mem_printf("%s-%llu", p->kind, (unsigned long long)number);
}

char *pages_label(const struct pages *p, const struct page *page)
{
    char *name CLEANUP(mem_cleanup) = page_name(p, page->number);

    return mem_printf("ConfigMap %s/%s", p->ns, name);
}

bool pages_are_complete(const struct pages *p)
{
    VEC_FOREACH (const struct page *, it, &p->items)
        if (it->of != p->items.len)
            return false;
    return p->items.len > 0;
}

static const struct kube_resource *config_maps(const struct pages *p, struct err **err)
{
    return kube_find(p->kube, SPAN("v1"), SPAN("ConfigMap"), err);
}

// --- loading ---

static int bad_page(const struct node *object, const char *why, struct err **err)
{
    char *name CLEANUP(mem_cleanup) = node_label(object);

    err_set(err, ERR_INTEGRITY, "%s is not understood: %s", name, why);
    return err_hint(err, "it is a page of what sandstrap knows of this cluster: put it back as it "
                         "was, or delete its namespace: then that is found out from the cluster "
                         "itself, as far as it goes");
}

static int read_page(struct pages *p, const struct node *object, struct page *page,
                     struct err **err)
{
    const struct node *metadata = node_get(object, "metadata");
    struct span name = node_get_text(metadata, "name");
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!span_skip(&name, p->kind) || !span_skip(&name, "-") || !span_u64(name, &page->number))
        return bad_page(object, "its name has no number", err);
    if (!crypto_base64_decode(node_get_text(node_get(object, "binaryData"), PAGES_KEY), &bytes) ||
        !bytes.len)
        return bad_page(object, "it has no " PAGES_KEY, err);
    if (!span_u64(node_get_text(node_get(metadata, "annotations"), PAGES_COUNT), &page->of))
        page->of = 0;
    page->version = mem_str(node_get_str(metadata, "resourceVersion"));
    page->len = bytes.len;
    page->bytes = buf_take(&bytes);
    return 0;
}

static int on_page(void *data, const struct node *object, struct err **err)
{
    struct pages *p = data;
    struct page page = {0};

    if (read_page(p, object, &page, err) < 0)
        return -1;
    vec_push(&p->items, page);
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = ((const struct page *)a)->number, y = ((const struct page *)b)->number;

    return x < y ? -1 : x > y;
}

int pages_load(struct pages *p, struct err **err)
{
    char *labels CLEANUP(mem_cleanup) = mem_printf(PAGES_LABEL "=%s", p->kind);
    struct kube_selection selection = {
        .resource = config_maps(p, err), .ns = p->ns, .labels = labels};

    pages_forget(p);
    if (!selection.resource || kube_list(p->kube, &selection, on_page, p, NULL, err) < 0)
        return -1;
    if (p->items.len)
        qsort(p->items.items, p->items.len, sizeof(*p->items.items), by_number);
    return 0;
}

// --- saving ---

static struct node *page_node(const struct pages *p, const struct page *page, struct doc *d)
{
    struct node *root = node_new_map(d), *metadata = node_new_map(d), *labels = node_new_map(d);
    struct node *annotations = node_new_map(d), *data = node_new_map(d);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    char *name CLEANUP(mem_cleanup) = page_name(p, page->number);
    char *of CLEANUP(mem_cleanup) = mem_printf("%llu", (unsigned long long)page->of);

    node_set_str(d, root, "apiVersion", SPAN("v1"));
    node_set_str(d, root, "kind", SPAN("ConfigMap"));
    node_set(d, root, SPAN("metadata"), metadata);
    node_set_str(d, metadata, "name", span_str(name));
    node_set_str(d, metadata, "namespace", span_str(p->ns));
    node_set(d, metadata, SPAN("labels"), labels);
    node_set_str(d, labels, PAGES_LABEL, span_str(p->kind));
    node_set(d, metadata, SPAN("annotations"), annotations);
    node_set_str(d, annotations, PAGES_COUNT, span_str(of));
    if (page->version)
        node_set_str(d, metadata, "resourceVersion", span_str(page->version));
    crypto_base64_encode(span_of(page->bytes, page->len), &text);
    node_set(d, root, SPAN("binaryData"), data);
    node_set_str(d, data, PAGES_KEY, buf_span(&text));
    return root;
}

static bool is_page(const struct page *page, struct span bytes, uint64_t of)
{
    return page->of == of && span_eq(span_of(page->bytes, page->len), bytes);
}

// After a conflict: whether it is there as it was to be, because an answer was lost.
static int look_again(struct pages *p, struct page *page, const struct kube_resource *resource,
                      struct err **err)
{
    char *name CLEANUP(mem_cleanup) = page_name(p, page->number);
    char *label CLEANUP(mem_cleanup) = pages_label(p, page);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct page there CLEANUP(page_free) = {0};
    int result = kube_get(p->kube, resource, p->ns, name, &answer, err);

    if (result < 0 || (result == 0 && read_page(p, answer.object, &there, err) < 0))
        return -1;
    if (result == 1 || !is_page(&there, span_of(page->bytes, page->len), page->of)) {
        err_set(err, ERR_PREFLIGHT, "somebody else has written %s meanwhile", label);
        return err_hint(err, "this one has stopped writing; when the other one has ended, run it "
                             "again");
    }
    free(page->version);
    page->version = STEAL(there.version);
    return 0;
}

// With a resourceVersion it is replaced, without one it is new.
static int write_page(struct pages *p, struct page *page, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = {.verb = page->version ? KUBE_REPLACE : KUBE_CREATE,
                                   .resource = config_maps(p, err),
                                   .body = page_node(p, page, d),
                                   .repeatable = true,
                                   .budget = *p->budget};
    int result;

    if (!request.resource)
        return -1;
    result = kube_perform(p->kube, &request, &answer, err);
    if (answer.reason == KUBE_CONFLICT || answer.reason == KUBE_ALREADY_EXISTS ||
        (page->version && answer.reason == KUBE_NOT_FOUND)) {
        err_clear(err);
        return look_again(p, page, request.resource, err);
    }
    if (result < 0)
        return -1;
    free(page->version);
    page->version = mem_str(node_get_str(node_get(answer.object, "metadata"), "resourceVersion"));
    return 0;
}

static void set_bytes(struct page *page, struct span bytes, uint64_t of)
{
    free(page->bytes);
    page->bytes = mem_strn(bytes.ptr, bytes.len);
    page->len = bytes.len;
    page->of = of;
}

static bool is_kept(const struct page *page, const struct span *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_page(page, bytes[i], count))
            return true;
    return false;
}

static bool is_there(const struct pages *p, struct span bytes, size_t count)
{
    VEC_FOREACH (const struct page *, it, &p->items)
        if (is_page(it, bytes, count))
            return true;
    return false;
}

static int add_page(struct pages *p, struct span bytes, size_t count, struct err **err)
{
    struct page page = {.number = p->items.len ? p->items.items[p->items.len - 1].number + 1 : 1};

    set_bytes(&page, bytes, count);
    if (write_page(p, &page, err) < 0) {
        page_free(&page);
        return -1;
    }
    vec_push(&p->items, page);
    return 0;
}

static int delete_page(struct pages *p, size_t i, struct err **err)
{
    char *name CLEANUP(mem_cleanup) = page_name(p, p->items.items[i].number);
    const struct kube_resource *resource = config_maps(p, err);

    if (!resource || kube_delete(p->kube, resource, p->ns, name, NULL, err) < 0)
        return -1;
    page_free(&p->items.items[i]);
    vec_remove(&p->items, i);
    return 0;
}

static int save_many(struct pages *p, const struct span *bytes, size_t count, struct err **err)
{
    for (size_t i = 0; i < count; i++)
        if (!is_there(p, bytes[i], count) && add_page(p, bytes[i], count, err) < 0)
            return -1;
    for (size_t i = p->items.len; i-- > 0;)
        if (!is_kept(&p->items.items[i], bytes, count) && delete_page(p, i, err) < 0)
            return -1;
    return 0;
}

int pages_save(struct pages *p, const struct span *bytes, size_t count, struct err **err)
{
    const struct span *fresh = NULL;
    struct page *old = NULL;
    size_t changes = 0, olds = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_there(p, bytes[i], count)) {
            fresh = &bytes[i];
            changes++;
        }
    }
    VEC_FOREACH (struct page *, it, &p->items) {
        if (!is_kept(it, bytes, count)) {
            old = it;
            olds++;
        }
    }
    if (changes != 1 || olds != 1)
        return save_many(p, bytes, count, err);
    set_bytes(old, *fresh, count);
    if (write_page(p, old, err) == 0)
        return 0;
    old->of = 0; // nobody knows what it holds now
    return -1;
}
