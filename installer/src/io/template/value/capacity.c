// SPDX-License-Identifier: Apache-2.0
// How large Go's arrays are: a list can be sliced up to the end of its array, behind its items.
#include <string.h>

#include "io/template.h"

// The sizes that Go's runtime has for small objects.
static const uint16_t size_classes[] = {
    8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,   160,
    176,   192,   208,   224,   240,   256,   288,   320,   352,   384,   416,   448,
    480,   512,   576,   640,   704,   768,   896,   1024,  1152,  1280,  1408,  1536,
    1792,  2048,  2304,  2688,  3072,  3200,  3456,  4096,  4864,  5120,  5376,  6144,
    6528,  6784,  6912,  8192,  9472,  9728,  10240, 10880, 12288, 13568, 14336, 16384,
    18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
};

enum {
    PAGE = 8192,
    DOUBLED_MAX = 256, // items; larger arrays grow by a quarter and some more
    HEADED_MIN = 512,  // bytes; larger objects that hold pointers begin with a word of the runtime
    WORD = 8,
};

static size_t item_size(enum value_type type)
{
    switch (type) {
    case VALUE_INTS:
    case VALUE_MAPS: return WORD;
    case VALUE_LISTS: return 3 * (size_t)WORD;
    default: return 2 * (size_t)WORD; // an interface{}, a string
    }
}

static size_t rounded(size_t bytes, bool has_pointers)
{
    size_t head = has_pointers && bytes > HEADED_MIN ? WORD : 0;

    for (size_t i = 0; i < ARRAY_LEN(size_classes); i++)
        if (bytes + head <= size_classes[i])
            return size_classes[i] - head;
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

// What append() makes of an array of `cap` items when there have to be `len`.
static size_t grown_to(enum value_type type, size_t cap, size_t len)
{
    size_t size = item_size(type), grown = cap;

    if (len <= cap)
        return cap;
    if (len > 2 * cap)
        grown = len;
    else if (cap < DOUBLED_MAX)
        grown = 2 * cap;
    while (grown < len)
        grown += (grown + 3 * (size_t)DOUBLED_MAX) / 4;
    return rounded(grown * size, type != VALUE_INTS) / size;
}

size_t value_capacity(const struct value *v)
{
    size_t cap = 0;

    if (v->list->is_exact)
        return v->list->len + v->list->room;
    while (cap < v->list->len)
        cap = grown_to(v->type, cap, cap + 1);
    return cap;
}

void value_set_array(struct value *v, size_t cap, enum value_pushing pushing)
{
    size_t len = v->list->len;

    while (cap < len)
        cap = grown_to(v->type, cap, pushing == VALUE_AT_ONCE ? len : cap + 1);
    v->list->is_exact = true;
    v->list->room = (uint32_t)(cap - len);
}

static struct value zero_of(enum value_type type, struct arena *a)
{
    switch (type) {
    case VALUE_STRINGS: return value_string(SPAN_EMPTY);
    case VALUE_INTS: return value_int(0);
    case VALUE_LISTS: return value_new_nil(a, VALUE_LIST);
    case VALUE_MAPS: return value_new_nil(a, VALUE_MAP);
    default: return VALUE_OF_NIL_ITEM;
    }
}

struct value value_part(struct arena *a, const struct value *v, size_t from, size_t to)
{
    struct value part = value_new_list(a, v->type);
    const struct value_list *old = v->list;
    size_t there = old->len + (old->is_exact ? old->known : 0), cap = value_capacity(v);
    struct value_list *list = part.list;

    list->is_exact = true;
    list->len = list->cap = to - from;
    list->room = (uint32_t)(cap - to);
    list->known = (uint32_t)(to < there ? there - to : 0);
    list->items = old->items + from;
    if (to <= there)
        return part;
    list->items = arena_array(a, list->len, sizeof(*list->items));
    for (size_t i = 0; i < list->len; i++)
        list->items[i] = from + i < there ? old->items[from + i] : zero_of(v->type, a);
    return part;
}
