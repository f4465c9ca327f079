// SPDX-License-Identifier: Apache-2.0
#include "model/chart/convert/tree.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/rune.h"
#include "base/text.h"
#include "io/crypto.h"

#define TREE_MAX_BYTES ((size_t)24 << 20) // without the texts of the value
#define TREE_DEPTH_MAX 1000               // from where on Go looks for circles

struct tree {
    struct doc *d;
    unsigned rules;
    unsigned depth;
    struct err **err;
};

static struct node *new_node(const struct tree *t, enum node_type type, struct span text)
{
    struct node *n = ARENA_NEW(doc_arena(t->d), struct node);

    n->type = (uint8_t)type;
    if (type != NODE_MAP && type != NODE_SEQ)
        n->text = text;
    return n;
}

static struct node *fail(const struct tree *t, const char *message)
{
    err_set(t->err, ERR_CONFIG, "%s", message);
    return NULL;
}

// --- texts ---

static bool is_ascii(struct span s)
{
    // Eight at once: one more makes 0x80 of 0x7f.
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t word;

    for (; s.len >= sizeof(word); s = span_tail(s, sizeof(word))) {
        memcpy(&word, s.ptr, sizeof(word));
        if (((word + ones) | word) & highs)
            return false;
    }
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x7f)
            return false;
    return true;
}

static struct span cleaned(const struct tree *t, struct span s)
{
    char *text = arena_aligned(doc_arena(t->d), s.len * 3, 1);
    size_t len = 0;

    while (s.len)
        len += text_encode(rune_next(&s), text + len);
    return span_of(text, len);
}

// Characters that JSON has as they are and that no reader of YAML lets through.
static bool is_readable(struct span s)
{
    while (s.len) {
        uint32_t rune = rune_next(&s);

        if ((rune >= 0x7f && rune < 0xa0 && rune != 0x85) || rune == 0xfffe || rune == 0xffff)
            return false;
    }
    return true;
}

static int take_text(const struct tree *t, struct span *s)
{
    if (!(t->rules & TREE_UTF8) || is_ascii(*s))
        return 0;
    if (!text_is_utf8(*s))
        *s = cleaned(t, *s);
    if ((t->rules & TREE_READABLE) && !is_readable(*s))
        return err_set(t->err, ERR_CONFIG, "yaml: control characters are not allowed");
    return 0;
}

// What a rune takes in JSON.
static size_t json_width(uint32_t rune)
{
    if (rune == '"' || rune == '\\' || (rune < 0x20 && rune && strchr("\b\f\n\r\t", (int)rune)))
        return 2;
    if (rune < 0x20 || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 ||
        rune == 0x2029)
        return 6;
    return 1;
}

// go-yaml takes a key for one within 1024 characters of one line, its quotes included.
static int take_key(const struct tree *t, struct span *s)
{
    size_t width = 2;

    if (take_text(t, s) < 0)
        return -1;
    if (!(t->rules & TREE_READABLE) || (s->len < 170 && is_ascii(*s)))
        return 0;
    for (struct span rest = *s; rest.len;) {
        uint32_t rune = rune_next(&rest);

        width += rune == 0x85 ? 1025 : json_width(rune);
    }
    if (width > 1024)
        return err_set(t->err, ERR_CONFIG, "yaml: did not find expected ',' or '}'");
    return 0;
}

static struct node *of_text(const struct tree *t, struct span s)
{
    return take_text(t, &s) < 0 ? NULL : new_node(t, NODE_STRING, s);
}

// --- numbers ---

static struct node *of_integer(const struct tree *t, const struct value *v)
{
    char *text = v->type == VALUE_UINT64
                     ? arena_printf(doc_arena(t->d), "%llu", (unsigned long long)v->u)
                     : arena_printf(doc_arena(t->d), "%lld", (long long)v->i);

    return new_node(t, NODE_INT, span_str(text));
}

static struct node *of_endless(const struct tree *t, double f)
{
    if (t->rules & TREE_JSON) {
        err_set(t->err, ERR_CONFIG, "json: unsupported value: %s",
                isnan(f) ? "NaN"
                : f < 0  ? "-Inf"
                         : "+Inf");
        return NULL;
    }
    return new_node(t, NODE_FLOAT, isnan(f) ? SPAN(".nan") : f < 0 ? SPAN("-.inf") : SPAN(".inf"));
}

static struct node *of_float(const struct tree *t, double f)
{
    char text[NUMBER_BYTES_MAX];
    struct node *n;

    if (!isfinite(f))
        return of_endless(t, f);
    n = new_node(t, NODE_FLOAT, SPAN_EMPTY);
    if (t->rules & TREE_WHOLE) {
        node_set_double(t->d, n, f);
        return n;
    }
    number_format(f, false, 'g', text);
    n->text = arena_span(doc_arena(t->d), span_str(text));
    return n;
}

// --- lists, maps and objects ---

static struct node *of_any(struct tree *t, const struct value *v);

static struct node *of_bytes(struct tree *t, const struct value *v)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(SIZE_MAX);
    struct span bytes = v->s;
    struct node *n;

    if (value_is_nil_bytes(v) && (t->rules & TREE_JSON || (t->rules & TREE_TOML && t->depth)))
        return new_node(t, NODE_NULL, SPAN_EMPTY);
    if (t->rules & TREE_JSON) {
        crypto_base64_encode(bytes, &text);
        return new_node(t, NODE_STRING, arena_span(doc_arena(t->d), buf_span(&text)));
    }
    n = new_node(t, NODE_SEQ, SPAN_EMPTY);
    for (size_t i = 0; i < bytes.len; i++)
        node_push(t->d, n, node_new_int(t->d, (unsigned char)bytes.ptr[i]));
    return n;
}

static struct node *of_list(struct tree *t, const struct value_list *list)
{
    struct node *n;

    if (list->is_nil && (t->rules & TREE_JSON || (t->rules & TREE_TOML && t->depth > 1)))
        return new_node(t, NODE_NULL, SPAN_EMPTY);
    n = new_node(t, NODE_SEQ, SPAN_EMPTY);
    n->seq.items = arena_array(doc_arena(t->d), list->len, sizeof(struct node *));
    n->seq.cap = (uint32_t)list->len;
    for (size_t i = 0; i < list->len; i++) {
        n->seq.items[i] = of_any(t, &list->items[i]);
        if (!n->seq.items[i])
            return NULL;
        n->seq.len++;
    }
    return n;
}

static struct node *of_map(struct tree *t, const struct value_map *map)
{
    struct value_pair from;
    size_t at = 0;
    struct node *n;

    if (value_map_is_nil(map) && (t->rules & TREE_JSON))
        return new_node(t, NODE_NULL, SPAN_EMPTY);
    n = new_node(t, NODE_MAP, SPAN_EMPTY);
    n->map.cap = (uint32_t)value_map_len(map);
    n->map.pairs = arena_array(doc_arena(t->d), n->map.cap, sizeof(struct pair));
    while (value_map_next(map, &at, &from)) {
        struct pair *pair = &n->map.pairs[n->map.len++];

        pair->key = from.key;
        if (take_key(t, &pair->key) < 0)
            return NULL;
        pair->value = of_any(t, &from.item);
        if (!pair->value)
            return NULL;
    }
    return n;
}

// What a field is called; "" for one that is not exported, which only TOML counts.
static struct span name_of(const struct tree *t, const struct value_member *field)
{
    char *text;

    if (!field->json)
        return SPAN_EMPTY;
    if (t->rules & TREE_JSON)
        return field->omit_empty && !field->item.s.len ? SPAN_EMPTY : span_str(field->json);
    if (!(t->rules & TREE_LOWER))
        return span_str(field->name);
    text = arena_printf(doc_arena(t->d), "%s", field->name);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return span_str(text);
}

static struct node *of_struct(struct tree *t, const struct value *v)
{
    size_t count = 0;
    const struct value_member *fields =
        v->object.class->members(doc_arena(t->d), v->object.data, &count);
    struct node *n = new_node(t, NODE_MAP, SPAN_EMPTY);

    // On the way to YAML of version 2 there is JSON, which is read into a map.
    if (!(t->rules & TREE_WHOLE))
        n->flags |= NODE_ORDERED;
    for (size_t i = 0; i < count; i++) {
        struct span name = name_of(t, &fields[i]);
        struct node *item;

        if (!name.len && !(t->rules & TREE_TOML))
            continue;
        item = name.len ? of_any(t, &fields[i].item) : new_node(t, NODE_NULL, SPAN_EMPTY);
        if (!item)
            return NULL;
        node_append(t->d, n, name, item);
    }
    return n;
}

static struct node *of_object(struct tree *t, const struct value *v)
{
    const struct value_class *class = v->object.class;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct value unfolded;
    struct node *n;

    if (class->no_json && (t->rules & TREE_JSON) && class->no_json(v->object.data)) {
        err_set(t->err, ERR_CONFIG, "json: error calling MarshalJSON for type %s: %s",
                class->type_name, class->no_json(v->object.data));
        return NULL;
    }
    if (class->members && !class->print)
        return of_struct(t, v);
    if (class->unfold) {
        unfolded = class->unfold(doc_arena(t->d), v->object.data);
        n = of_any(t, &unfolded);
        if (n && class->is_timestamp && t->rules & TREE_PLAIN)
            n->type = NODE_INT;
        return n;
    }
    if (!class->print) {
        err_set(t->err, ERR_CONFIG, "json: unsupported type: %s", class->type_name);
        return NULL;
    }
    class->print(v->object.data, &text);
    return of_text(t, arena_span(doc_arena(t->d), buf_span(&text)));
}

static struct node *of_collection(struct tree *t, const struct value *v)
{
    struct node *n;

    if (t->depth == TREE_DEPTH_MAX)
        return fail(t, "json: unsupported value: encountered a cycle via map[string]interface {}");
    if (arena_size(doc_arena(t->d)) > TREE_MAX_BYTES) {
        err_set(t->err, ERR_UNSUPPORTED, "a value that takes more than %zu MiB of memory as a tree",
                TREE_MAX_BYTES >> 20);
        return NULL;
    }
    t->depth++;
    n = v->type == VALUE_OBJECT ? of_object(t, v)
        : value_is_map(v)       ? of_map(t, v->map)
                                : of_list(t, v->list);
    t->depth--;
    return n;
}

static struct node *of_any(struct tree *t, const struct value *v)
{
    switch (v->type) {
    case VALUE_NIL: return new_node(t, NODE_NULL, SPAN_EMPTY);
    case VALUE_BOOL: return new_node(t, NODE_BOOL, v->b ? SPAN("true") : SPAN("false"));
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32:
    case VALUE_UINT8:
    case VALUE_UINT64: return of_integer(t, v);
    case VALUE_FLOAT64: return of_float(t, v->f);
    case VALUE_STRING: return of_text(t, v->s);
    case VALUE_BYTES: return of_bytes(t, v);
    case VALUE_LIST:
    case VALUE_STRINGS:
    case VALUE_INTS:
    case VALUE_LISTS:
    case VALUE_MAPS:
    case VALUE_MAP:
    case VALUE_STRING_MAP:
    case VALUE_OBJECT: break;
    }
    return of_collection(t, v);
}

struct node *tree_of(struct doc *d, const struct value *v, unsigned rules, struct err **err)
{
    return of_any(&(struct tree){.d = d, .rules = rules, .err = err}, v);
}
