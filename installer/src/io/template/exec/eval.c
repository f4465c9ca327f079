// SPDX-License-Identifier: Apache-2.0
// Evaluates expressions: pipelines, commands, fields, calls and their arguments.
#include "io/template/exec/builtins.h"
#include "io/template/exec/params.h"
#include "io/template/exec/run.h"

// What is called, and as what.
struct callee {
    const struct template_function *function;
    void *data;                   // of a method; NULL: the function's
    const struct tree_node *node; // that its errors are about
};

// Calls with the items of the COMMAND `args` (NULL: none), the first of which is the callee itself,
// and `final`, the value from the pipeline (NULL: none).
static int eval_call(struct frame *f, const struct operand *dot, const struct callee *callee,
                     const struct tree_node *args, const struct operand *final,
                     struct operand *out);

static struct value constant_value(const struct tree_node *node)
{
    const struct number *n = &node->constant.number;

    if (node->type != TREE_NUMBER)
        return node->constant.value;
    return n->is_ideal_float ? value_float(n->f)
           : n->is_int       ? value_int((int64_t)n->bits)
                             : VALUE_OF_NIL;
}

// A value that stands where nothing says which type it should have.
static int constant(struct frame *f, const struct tree_node *node, struct operand *out)
{
    *out = (struct operand){constant_value(node), false};
    if (out->value.type == VALUE_NIL)
        return exec_fail(f, "%.*s overflows int", SPAN_ARG(node->constant.text));
    return 0;
}

// Go's name of an operand's type.
static const char *type_name(const struct operand *o)
{
    return o->boxed ? "interface {}" : value_type_name(&o->value);
}

// --- fields ---

// A field of an expression: .name, which is number `index` of `node`.
struct field {
    const struct tree_node *node;
    size_t index;
    const struct tree_node *args; // of the last one, as for eval_call
    const struct operand *final;
};

static bool has_args(const struct field *field)
{
    return (field->args && field->args->len > 1) || field->final;
}

static int refuse_field(struct frame *f, const struct field *field, const struct operand *receiver)
{
    struct span name = tree_names(field->node)[field->index];

    exec_note_missing(f, field->node, field->index + 1, field->index, receiver);
    return exec_fail(f, "can't evaluate field %.*s in type %s", SPAN_ARG(name),
                     type_name(receiver));
}

static int object_field(struct frame *f, const struct operand *dot, const struct field *field,
                        const struct operand *receiver, struct operand *out)
{
    struct span name = tree_names(field->node)[field->index];
    const struct value_class *class = receiver->value.object.class;
    void *data = receiver->value.object.data;
    bool is_map = strcmp(class->kind, "map") == 0;
    struct callee method = {NULL, data, field->node};

    if (class->method)
        method.function = class->method(data, name);
    if (method.function)
        return eval_call(f, dot, &method, field->args, field->final, out);
    if (is_map && has_args(field))
        return exec_fail(f, "%.*s is not a method but has arguments", SPAN_ARG(name));
    if (class->field && class->field(f->run->arena, data, name, &out->value)) {
        out->boxed = is_map && out->value.type != VALUE_BYTES;
        if (has_args(field))
            return exec_fail(f, "%.*s has arguments but cannot be invoked as function",
                             SPAN_ARG(name));
        return 0;
    }
    *out = (struct operand){VALUE_OF_NIL_ITEM, true};
    if (is_map)
        return 0;
    return refuse_field(f, field, receiver);
}

static int map_field(struct frame *f, const struct field *field, const struct value *map,
                     struct operand *out)
{
    struct span name = tree_names(field->node)[field->index];

    if (has_args(field))
        return exec_fail(f, "%.*s is not a method but has arguments", SPAN_ARG(name));
    out->boxed = map->type == VALUE_MAP;
    if (!value_get(map->map, name, &out->value))
        out->value = out->boxed ? VALUE_OF_NIL_ITEM : value_string(SPAN_EMPTY);
    return 0;
}

static int field_of(struct frame *f, const struct operand *dot, const struct field *field,
                    const struct operand *receiver, struct operand *out)
{
    struct span name = tree_names(field->node)[field->index];

    if (f->run->see)
        exec_tell(f, TEMPLATE_SEEN_FIELD, name, &receiver->value, 1);
    switch (receiver->value.type) {
    case VALUE_NIL:
        *out = OPERAND_OF_NOTHING;
        if (!receiver->boxed)
            return 0;
        exec_note_missing(f, field->node, field->index + 1, field->index, receiver);
        return exec_fail(f, "nil pointer evaluating interface {}.%.*s", SPAN_ARG(name));
    case VALUE_MAP:
    case VALUE_STRING_MAP: return map_field(f, field, &receiver->value, out);
    case VALUE_OBJECT: return object_field(f, dot, field, receiver, out);
    default: return refuse_field(f, field, receiver);
    }
}

// The names of `node` behind each other, from `receiver` on; the last may be a method and have
// arguments.
static int fields(struct frame *f, const struct operand *dot, const struct operand *receiver,
                  const struct tree_node *node, const struct tree_node *args,
                  const struct operand *final, struct operand *out)
{
    size_t count = node->len;
    struct operand from = *receiver;

    for (size_t i = 0; i < count; i++) {
        bool is_last = i + 1 == count;
        struct field field = {node, i, is_last ? args : NULL, is_last ? final : NULL};

        if (field_of(f, dot, &field, &from, out) < 0)
            return -1;
        from = *out;
    }
    return 0;
}

// --- arguments ---

static int call_function(struct frame *f, const struct operand *dot,
                         const struct tree_node *function, const struct tree_node *command,
                         const struct tree_node *args, const struct operand *final,
                         struct operand *out)
{
    struct callee callee = {function->function, NULL, command};

    f->at = function;
    return eval_call(f, dot, &callee, args, final, out);
}

static int not_a_function(struct frame *f, const struct tree_node *args,
                          const struct operand *final)
{
    struct buf what CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if ((!args || args->len <= 1) && !final)
        return 0;
    tree_print(tree_items(args)[0], &what);
    return exec_fail(f, "can't give argument to non-function %s", buf_str(&what));
}

static int chain(struct frame *f, const struct operand *dot, const struct tree_node *node,
                 const struct tree_node *args, const struct operand *final, struct operand *out);

static int variable(struct frame *f, const struct operand *dot, const struct tree_node *node,
                    const struct tree_node *args, const struct operand *final, struct operand *out)
{
    struct operand receiver;

    f->at = node;
    if (variable_get(f, node, &receiver) < 0)
        return -1;
    if (node->len)
        return fields(f, dot, &receiver, node, args, final, out);
    *out = receiver;
    return not_a_function(f, args, final);
}

// What is no constant, as it is written.
static int expression(struct frame *f, const struct operand *dot, const struct tree_node *node,
                      struct operand *out)
{
    f->at = node;
    switch (node->type) {
    case TREE_DOT: *out = *dot; return 0;
    case TREE_FIELD: return fields(f, dot, dot, node, NULL, NULL, out);
    case TREE_VARIABLE: return variable(f, dot, node, NULL, NULL, out);
    case TREE_PIPE: return eval_pipe(f, dot, node, out);
    case TREE_FUNCTION:
        if (call_function(f, dot, node, node, NULL, NULL, out) < 0)
            return -1;
        out->boxed = out->value.type == VALUE_NIL; // functions that give a nil have interface{}
        return 0;
    default: return chain(f, dot, node, NULL, NULL, out);
    }
}

// (pipe).a.b or function.a
static int chain(struct frame *f, const struct operand *dot, const struct tree_node *node,
                 const struct tree_node *args, const struct operand *final, struct operand *out)
{
    struct operand receiver;

    f->at = node;
    if (expression(f, dot, node->base, &receiver) < 0)
        return -1;
    return fields(f, dot, &receiver, node, args, final, out);
}

static int expected(struct frame *f, const char *what, const struct tree_node *node)
{
    return exec_fail(f, "expected %s; found %.*s", what, SPAN_ARG(node->constant.text));
}

// A number for a parameter of one of the types of numbers.
static int number_arg(struct frame *f, char letter, const struct tree_node *node, struct value *out)
{
    const struct number none = {0};
    const struct number *n = node->type == TREE_NUMBER ? &node->constant.number : &none;

    if (letter == 'f') {
        *out = value_float(n->f);
        return n->is_float ? 0 : expected(f, "float", node);
    }
    if (letter == 'u') {
        *out = (struct value){.type = VALUE_UINT64, .u = (uint32_t)n->bits};
        return n->is_uint ? 0 : expected(f, "unsigned integer", node);
    }
    *out = letter == 'i' ? value_int((int64_t)n->bits) : value_int64((int64_t)n->bits);
    return n->is_int ? 0 : expected(f, "integer", node);
}

// A constant takes the type of the parameter where it can.
static int constant_arg(struct frame *f, const struct param *p, const struct tree_node *node,
                        struct value *out)
{
    struct operand any;

    *out = constant_value(node);
    switch (p->letter) {
    case 'a':
    case 'r': return constant(f, node, &any);
    case 'b': return node->type == TREE_BOOL ? 0 : expected(f, "bool", node);
    case 's': return node->type == TREE_STRING ? 0 : expected(f, "string", node);
    case 'f':
    case 'u':
    case 'i':
    case 'l': return number_arg(f, p->letter, node, out);
    default:
        return exec_fail(f, "can't handle %.*s for arg of type %.*s", SPAN_ARG(node->constant.text),
                         SPAN_ARG(param_type(p)));
    }
}

// Gives an operand for a parameter.
static int validate(struct frame *f, const struct param *p, const struct operand *o,
                    struct value *out)
{
    *out = o->value;
    if (o->value.type == VALUE_NIL) {
        out->b = o->boxed;
        if (p->letter == 'a' || p->letter == 'r' || (!o->boxed && param_takes_nil(p)))
            return 0;
        if (!o->boxed)
            return exec_fail(f, "invalid value; expected %.*s", SPAN_ARG(param_type(p)));
    } else if (param_accept(p, f->run->arena, out)) {
        return 0;
    }
    return exec_fail(f, "wrong type for value; expected %.*s; got %s", SPAN_ARG(param_type(p)),
                     o->value.type == VALUE_NIL ? "interface {}" : value_type_name(&o->value));
}

// An argument lacks its value: what is there of its path.
static void note_missing(struct frame *f, const struct operand *dot, const struct tree_node *node)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct err **err = f->err;
    struct operand holder = *dot;
    struct tree_node *part;

    if ((node->type != TREE_FIELD && node->type != TREE_VARIABLE) || !node->len)
        return;
    f->err = &ignored; // the failure is told already
    part = tree_path_head(node, node->len - 1);
    if ((part->type == TREE_FIELD && !part->len) || expression(f, dot, part, &holder) == 0)
        exec_note_missing(f, node, node->len, part->len, &holder);
    f->at = node;
    f->err = err;
    free(part);
}

static int eval_arg(struct frame *f, const struct operand *dot, const struct param *p,
                    const struct tree_node *node, struct value *out)
{
    struct operand o;

    f->at = node;
    if (node->type == TREE_NIL) {
        *out = VALUE_OF_NIL;
        if (param_takes_nil(p))
            return 0;
        return exec_fail(f, "cannot assign nil to %.*s", SPAN_ARG(param_type(p)));
    }
    if (node->type == TREE_BOOL || node->type == TREE_NUMBER || node->type == TREE_STRING)
        return constant_arg(f, p, node, out);
    if (expression(f, dot, node, &o) < 0)
        return -1;
    if (validate(f, p, &o, out) == 0)
        return 0;
    if (o.value.type == VALUE_NIL)
        note_missing(f, dot, node);
    return -1;
}

// --- calls ---

static int check_count(struct frame *f, const struct template_function *function, size_t args,
                       bool has_final)
{
    struct params params = params_of(function->params);

    if (params.is_variadic) {
        if (args + has_final >= params.count - 1)
            return 0;
        return exec_fail(f, "wrong number of args for %s: want at least %zu got %zu",
                         function->name, params.count - 1, args);
    }
    if (args + has_final == params.count)
        return 0;
    return exec_fail(f, "wrong number of args for %s: want %zu got %zu", function->name,
                     params.count, args + has_final);
}

// and, or: what follows the deciding argument is not evaluated.
static int short_circuit(struct frame *f, const struct operand *dot, bool is_or,
                         const struct tree_node *args, const struct operand *final,
                         struct operand *out)
{
    struct param any = {'r', SPAN_EMPTY};

    out->boxed = false;
    for (size_t i = 1; args && i < args->len; i++) {
        if (eval_arg(f, dot, &any, tree_items(args)[i], &out->value) < 0)
            return -1;
        if (value_is_true(&out->value) == is_or)
            return 0;
    }
    if (final)
        *out = *final;
    return 0;
}

// `call`: nothing that a template can hold is a function.
static int refuse_call(struct frame *f, const struct callee *callee, const struct tree_node *args,
                       const struct value *first)
{
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    f->at = callee->node;
    if (first->type == VALUE_NIL)
        return exec_fail(f, "error calling call: call of nil");
    if (args && args->len > 1)
        tree_print(tree_items(args)[1], &name);
    else if (first->type == VALUE_STRING)
        buf_add_span(&name, first->s);
    else
        buf_printf(&name, "<%s Value>", value_type_name(first));
    return exec_fail(f, "error calling call: non-function %s of type %s", buf_str(&name),
                     value_type_name(first));
}

static int eval_args(struct frame *f, const struct operand *dot, const char *params,
                     const struct tree_node *args, const struct operand *final,
                     struct value *values)
{
    size_t count = args ? args->len - 1 : 0;
    struct param p;

    for (size_t i = 0; i < count; i++) {
        p = param_next(&params);
        if (eval_arg(f, dot, &p, tree_items(args)[i + 1], &values[i]) < 0)
            return -1;
    }
    if (!final)
        return 0;
    p = param_next(&params);
    return validate(f, &p, final, &values[count]);
}

static int call(struct frame *f, const struct callee *callee, const struct value *values,
                size_t count, struct value *out)
{
    const struct template_function *function = callee->function;
    struct template_run *run = f->run;
    const struct tree_node *at = f->at;
    struct template_call call = {
        .function = function,
        .run = run,
        .arena = run->arena,
        .args = values,
        .count = count,
        .data = callee->data     ? callee->data
                : function->data ? function->data
                                 : f->set->data,
    };

    *out = VALUE_OF_NIL;
    f->at = callee->node;
    if (run->see)
        exec_tell(f, TEMPLATE_SEEN_CALL, span_str(function->name), values, count);
    if (function->fn(&call, out, f->err) < 0)
        return exec_fail_call(f, function->name);
    f->at = at;
    run->trace.len = 0; // of what failed within it and did not matter
    exec_charge(run, values, count);
    return exec_check(f);
}

static int eval_call(struct frame *f, const struct operand *dot, const struct callee *callee,
                     const struct tree_node *args, const struct operand *final, struct operand *out)
{
    const struct template_function *function = callee->function;
    size_t count = args ? args->len - 1 : 0, total = count + (final != NULL);
    struct value *values;
    int result;

    if (check_count(f, function, count, final) < 0)
        return -1;
    if (function->fn == builtin_and || function->fn == builtin_or)
        return short_circuit(f, dot, function->fn == builtin_or, args, final, out);
    values = args_take(f->run, total);
    *out = OPERAND_OF_NOTHING;
    result = eval_args(f, dot, function->params, args, final, values);
    if (result == 0)
        result = function->fn == builtin_call ? refuse_call(f, callee, args, values)
                                              : call(f, callee, values, total, &out->value);
    args_return(f->run, total);
    return result;
}

// --- commands ---

static int command(struct frame *f, const struct operand *dot, const struct tree_node *node,
                   const struct operand *final, struct operand *out)
{
    const struct tree_node *args = node, *first = tree_items(node)[0];

    switch (first->type) {
    case TREE_FIELD: f->at = first; return fields(f, dot, dot, first, args, final, out);
    case TREE_CHAIN: return chain(f, dot, first, args, final, out);
    case TREE_FUNCTION: return call_function(f, dot, first, node, args, final, out);
    case TREE_VARIABLE: return variable(f, dot, first, args, final, out);
    case TREE_PIPE: return not_a_function(f, args, final) < 0 ? -1 : eval_pipe(f, dot, first, out);
    default: f->at = first; break;
    }
    if (not_a_function(f, args, final) < 0)
        return -1;
    if (first->type == TREE_NIL)
        return exec_fail(f, "nil is not a command");
    if (first->type != TREE_DOT)
        return constant(f, first, out);
    *out = *dot;
    return 0;
}

static int declare(struct frame *f, const struct tree_node *pipe, const struct operand *value)
{
    const struct tree_declared *declared = tree_declared(pipe);

    for (size_t i = 0; i < declared->len; i++) {
        if (!declared->is_assignment)
            variable_push(f, declared->items[i], value);
        else if (variable_set(f, declared->items[i], value) < 0)
            return -1;
    }
    return 0;
}

int eval_pipe(struct frame *f, const struct operand *dot, const struct tree_node *pipe,
              struct operand *out)
{
    struct tree_node *const *commands = tree_items(pipe);

    f->at = pipe;
    *out = OPERAND_OF_NOTHING;
    if (set_is_deep(f->set))
        return exec_too_deep(f);
    for (size_t i = 0; i < pipe->len; i++) {
        struct operand final = *out;

        if (exec_step(f) < 0 || command(f, dot, commands[i], i ? &final : NULL, out) < 0)
            return -1;
        out->boxed = false; // what lies in an interface{} is taken out of it
    }
    return declare(f, pipe, out);
}
