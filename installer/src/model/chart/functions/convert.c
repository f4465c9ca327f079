// SPDX-License-Identifier: Apache-2.0
// Values as YAML, JSON and TOML, and back: Helm's functions and what Sprig has beside them. Those
// without "must" never fail for what they are given: what is no YAML gives a map with the key
// Error.
#include "model/chart/convert/convert.h"

#include "model/chart/functions/functions.h"

// --- writing ---

// What a value that cannot be written gives.
enum writing_fault { FAULT_NOTHING, FAULT_TEXT, FAULT_FAILS };

struct writing {
    enum convert_form form;
    enum writing_fault fault;
};

static int take_fault(struct template_call *call, enum writing_fault fault, struct err **cause,
                      struct value *result, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (fault == FAULT_FAILS || err_kind(*cause) != ERR_CONFIG)
        return err_move(err, cause);
    if (fault == FAULT_TEXT)
        err_format(*cause, &text);
    return functions_take_text(call, &text, result, err);
}

enum { WRITE_STEPS = 60 };

static int write_value(struct template_call *call, struct value *result, struct err **err)
{
    const struct writing *w = call->function->data;
    struct buf text CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct err *cause CLEANUP(err_cleanup) = NULL;

    if (template_charge(call, WRITE_STEPS, err) < 0)
        return -1;
    if (w->form == CONVERT_TOML && call->args[0].type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "reflect: call of reflect.Value.Type on zero Value");
    if (convert_write(&call->args[0], w->form, &text, &cause) < 0)
        return take_fault(call, w->fault, &cause, result, err);
    return functions_take_text(call, &text, result, err);
}

// --- reading ---

enum reading_form { READING_YAML, READING_JSON, READING_TOML };

struct reading {
    enum reading_form form;
    enum node_type type; // what is wanted
    bool fails;          // for what cannot be read; then any type will do
};

// *out is NULL when the text is none, or null. Of JSON it may be there beside an error.
static int read_tree(struct doc *d, enum reading_form form, struct span text, struct node **out,
                     struct err **err)
{
    int result = 0;

    if (form == READING_YAML)
        return doc_read_text(d, text, out, err);
    if (form == READING_JSON)
        result = doc_read_go_json(d, text, out, err);
    else
        *out = doc_read_toml(d, text, "toml", err);
    if (!*out)
        return -1;
    if (result == 0 && (*out)->type == NODE_NULL)
        *out = NULL;
    return result;
}

static const char *json_type(const struct node *n)
{
    switch ((enum node_type)n->type) {
    case NODE_BOOL: return "bool";
    case NODE_INT:
    case NODE_FLOAT: return "number";
    case NODE_SEQ: return "array";
    case NODE_MAP: return "object";
    default: return "string";
    }
}

static int check_type(const struct reading *r, const struct node *n, struct err **err)
{
    if (r->fails || !n || n->type == r->type)
        return 0;
    return err_set(err, ERR_CONFIG, "%sjson: cannot unmarshal %s into Go value of type %s",
                   r->form == READING_YAML ? "error unmarshaling JSON: while decoding JSON: " : "",
                   json_type(n),
                   r->type == NODE_MAP ? "map[string]interface {}" : "[]interface {}");
}

// Reads the text as what is wanted. *out may be there beside an error: what encoding/json had
// decoded. Of several errors it tells the first: that of the whole comes before that of a number in
// it, and then nothing is decoded.
static int read_wanted(struct doc *d, const struct reading *r, struct span text, struct node **out,
                       struct err **err)
{
    int result = read_tree(d, r->form, text, out, err);
    struct err *unfit CLEANUP(err_cleanup) = NULL;

    if (result < 0 && (!*out || r->form != READING_JSON)) {
        *out = NULL;
        return -1;
    }
    unfit = *err;
    *err = NULL;
    if (result < 0 && (*out)->type == NODE_NULL)
        (*out)->type = NODE_FLOAT; // the number itself
    if (check_type(r, *out, err) < 0) {
        *out = NULL;
        return -1;
    }
    return unfit ? err_move(err, &unfit) : 0;
}

// {"Error": TEXT}, beside what was read, if anything was; or [TEXT]
static struct value error_value(struct template_call *call, enum node_type type,
                                const struct node *rest, const struct err *cause)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct value v = type != NODE_MAP ? value_new_list(call->arena, VALUE_LIST)
                     : rest           ? convert_to_own_value(call->arena, rest, false)
                                      : value_new_map(call->arena, VALUE_MAP);
    struct value item;

    err_format(cause, &text);
    item = value_string(arena_span(call->arena, buf_span(&text)));
    if (type == NODE_MAP)
        value_set(call->arena, v.map, SPAN("Error"), item);
    else
        value_push(call->arena, v.list, item);
    return v;
}

// A null is no error: JSON makes a nil map (list) of it, YAML leaves the empty one alone.
static struct value null_value(struct template_call *call, const struct reading *r)
{
    enum value_type type = r->type == NODE_MAP ? VALUE_MAP : VALUE_LIST;

    if (r->fails)
        return VALUE_OF_NIL_ITEM;
    if (r->form == READING_JSON)
        return value_new_nil(call->arena, type);
    return type == VALUE_MAP ? value_new_map(call->arena, type) : value_new_list(call->arena, type);
}

enum { READ_STEPS = 100, READ_STEPS_PER_BYTE = 6, READ_STEPS_PER_BRACKET = 60 };

// Brackets within brackets take libyaml time with the square of their depth.
static uint64_t steps_to_read(struct span text)
{
    uint64_t steps = READ_STEPS_PER_BYTE * (uint64_t)text.len;

    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '[' || text.ptr[i] == '{')
            steps += READ_STEPS_PER_BRACKET;
    return steps;
}

static int read_text(struct template_call *call, struct value *result, struct err **err)
{
    const struct reading *r = call->function->data;
    struct doc *d CLEANUP(doc_cleanup) = NULL;
    struct err *cause CLEANUP(err_cleanup) = NULL;
    struct node *n = NULL;

    if (template_charge(call, READ_STEPS, err) < 0)
        return -1;
    if (template_recall(call, result))
        return 0;
    if (template_charge(call, steps_to_read(call->args[0].s), err) < 0)
        return -1;
    d = doc_new();
    if (read_wanted(d, r, call->args[0].s, &n, &cause) < 0) {
        if (r->fails)
            return err_move(err, &cause);
        *result = error_value(call, r->type, n, cause);
        return 0;
    }
    *result =
        n ? convert_to_own_value(call->arena, n, r->form == READING_TOML) : null_value(call, r);
    *result = template_remember(call, result);
    return 0;
}

// --- the table ---

#define WRITE(name, form, fault)                                                                   \
    {                                                                                              \
        name, write_value, "a", &(struct writing)                                                  \
        {                                                                                          \
            form, fault                                                                            \
        }                                                                                          \
    }
#define READ(name, form, type, fails)                                                              \
    {                                                                                              \
        name, read_text, "s", &(struct reading)                                                    \
        {                                                                                          \
            form, type, fails                                                                      \
        }                                                                                          \
    }

functions_family functions_convert = {
    WRITE("toYaml", CONVERT_YAML, FAULT_NOTHING),
    WRITE("mustToYaml", CONVERT_YAML, FAULT_FAILS),
    WRITE("toYamlPretty", CONVERT_YAML_PRETTY, FAULT_NOTHING),
    WRITE("toJson", CONVERT_JSON, FAULT_NOTHING),
    WRITE("mustToJson", CONVERT_JSON, FAULT_FAILS),
    WRITE("toPrettyJson", CONVERT_JSON_PRETTY, FAULT_NOTHING),
    WRITE("mustToPrettyJson", CONVERT_JSON_PRETTY, FAULT_FAILS),
    WRITE("toRawJson", CONVERT_JSON_RAW, FAULT_FAILS),
    WRITE("mustToRawJson", CONVERT_JSON_RAW, FAULT_FAILS),
    WRITE("toToml", CONVERT_TOML, FAULT_TEXT),
    WRITE("mustToToml", CONVERT_TOML, FAULT_FAILS),
    READ("fromYaml", READING_YAML, NODE_MAP, false),
    READ("fromYamlArray", READING_YAML, NODE_SEQ, false),
    READ("fromJson", READING_JSON, NODE_MAP, false),
    READ("fromJsonArray", READING_JSON, NODE_SEQ, false),
    READ("mustFromJson", READING_JSON, NODE_MAP, true),
    READ("fromToml", READING_TOML, NODE_MAP, false),
    {0},
};
