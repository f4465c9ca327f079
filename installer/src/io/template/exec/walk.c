// SPDX-License-Identifier: Apache-2.0
// Statements: what they write, and which of them come next.
#include "io/template/exec/walk.h"

// What a statement comes to: the next one, or the way out of a range.
enum flow { FLOW_FAILED = -1, FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE };

static enum flow walk_list(struct frame *f, const struct operand *dot,
                           const struct tree_list *list);

static int write(struct frame *f, struct span text)
{
    buf_add_span(f->out, text);
    if (f->out->overflow || f->out->len > f->run->limits.output_bytes)
        return exec_fail(f, "the output is larger than %zu MiB", f->run->limits.output_bytes >> 20);
    return 0;
}

static int write_value(struct frame *f, const struct value *v)
{
    enum { STEPS_PER_VALUE = 10, STEPS_PER_BYTE = 2 };
    size_t before = f->out->len;

    if (v->type == VALUE_STRING)
        return write(f, v->s);
    if (v->type == VALUE_NIL)
        return write(f, SPAN("<no value>"));
    // Go takes the address of a struct's field, which may have a String().
    if (v->type == VALUE_OBJECT && v->object.class->write)
        v->object.class->write(v->object.data, f->out);
    else
        value_print(v, f->out);
    f->run->steps += STEPS_PER_VALUE + STEPS_PER_BYTE * (f->out->len - before);
    return write(f, SPAN_EMPTY);
}

static int action(struct frame *f, const struct operand *dot, const struct tree_node *node)
{
    const struct tree_node *pipe = node->statement.pipe;
    struct operand value;

    if (eval_pipe(f, dot, pipe, &value) < 0)
        return -1;
    f->at = node;
    if (pipe->declares)
        return 0;
    if (f->run->see)
        exec_tell(f, TEMPLATE_SEEN_WRITE, SPAN_EMPTY, &value.value, 1);
    return write_value(f, &value.value);
}

static void forget(struct frame *f, size_t bindings)
{
    f->run->bindings.len = bindings;
}

static enum flow if_or_with(struct frame *f, const struct operand *dot,
                            const struct tree_node *node)
{
    size_t bindings = f->run->bindings.len;
    enum flow flow = FLOW_NEXT;
    struct operand value;

    if (eval_pipe(f, dot, node->statement.pipe, &value) < 0)
        return FLOW_FAILED;
    if (value_is_true(&value.value))
        flow = walk_list(f, node->type == TREE_WITH ? &value : dot, node->statement.then);
    else if (node->statement.otherwise)
        flow = walk_list(f, dot, node->statement.otherwise);
    forget(f, bindings);
    return flow;
}

// --- range ---

// One turn. FLOW_CONTINUE becomes FLOW_NEXT.
static enum flow turn(struct frame *f, const struct tree_node *node, const struct operand *key,
                      const struct operand *item)
{
    const struct tree_node *pipe = node->statement.pipe;
    const struct tree_declared *declared = tree_declared(pipe);
    struct binding *top = f->run->bindings.items + f->run->bindings.len;
    size_t bindings = f->run->bindings.len;
    enum flow flow;

    if (exec_step(f) < 0)
        return FLOW_FAILED;
    if (declared->len && declared->is_assignment) {
        if (variable_set(f, declared->items[0], declared->len > 1 ? key : item) < 0 ||
            (declared->len > 1 && variable_set(f, declared->items[1], item) < 0))
            return FLOW_FAILED;
    } else if (declared->len) {
        top[-1].operand = *item;
        if (declared->len > 1)
            top[-2].operand = *key;
    }
    flow = walk_list(f, item, node->statement.then);
    forget(f, bindings);
    return flow == FLOW_CONTINUE ? FLOW_NEXT : flow;
}

static enum flow range_list(struct frame *f, const struct tree_node *node,
                            const struct value_list *list, bool boxed)
{
    const struct value *items = list->items;
    size_t len = list->len;
    enum flow flow = FLOW_NEXT;

    for (size_t i = 0; i < len && flow == FLOW_NEXT; i++) {
        struct operand key = {value_int((int64_t)i), false}, item = {items[i], boxed};

        flow = turn(f, node, &key, &item);
    }
    return flow;
}

static enum flow range_bytes(struct frame *f, const struct tree_node *node, struct span bytes)
{
    enum flow flow = FLOW_NEXT;

    for (size_t i = 0; i < bytes.len && flow == FLOW_NEXT; i++) {
        struct operand key = {value_int((int64_t)i), false};
        struct operand item = {{.type = VALUE_UINT8, .i = (unsigned char)bytes.ptr[i]}, false};

        flow = turn(f, node, &key, &item);
    }
    return flow;
}

static enum flow range_map(struct frame *f, const struct tree_node *node,
                           const struct value_map *map, bool boxed)
{
    size_t len = value_map_len(map);
    const struct value_pair *pairs = value_map_sorted(f->run->arena, map);
    enum flow flow = FLOW_NEXT;

    for (size_t i = 0; i < len && flow == FLOW_NEXT; i++) {
        struct operand key = {value_string(pairs[i].key), false}, item = {pairs[i].item, boxed};

        flow = turn(f, node, &key, &item);
    }
    return flow;
}

static enum flow range_integer(struct frame *f, const struct tree_node *node,
                               const struct value *count)
{
    enum flow flow = FLOW_NEXT;
    struct operand none = OPERAND_OF_NOTHING;

    for (uint64_t i = 0; i < count->u && flow == FLOW_NEXT; i++) {
        struct operand item = {{.type = count->type, .u = i}, false};

        flow = turn(f, node, &none, &item);
    }
    return flow;
}

static int refuse_range(struct frame *f, const char *fmt, const struct value *v)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    value_sprintf(span_str(fmt), v, 1, &text);
    return exec_fail(f, "%s", buf_str(&text));
}

// The turns over what is not empty; *is_empty when there was nothing.
static enum flow range_over(struct frame *f, const struct tree_node *node, const struct value *v,
                            bool *is_empty)
{
    *is_empty = !value_is_true(v);
    if (value_is_integer(v)) {
        if (tree_declared(node->statement.pipe)->len > 1)
            return refuse_range(f, "can't use %v to iterate over more than one variable", v);
        *is_empty = v->type == VALUE_UINT64 ? !v->u : v->i <= 0;
        return *is_empty ? FLOW_NEXT : range_integer(f, node, v);
    }
    if (v->type == VALUE_NIL)
        return FLOW_NEXT;
    if (value_is_list(v))
        return range_list(f, node, v->list, v->type == VALUE_LIST);
    if (value_is_map(v))
        return range_map(f, node, v->map, v->type == VALUE_MAP);
    if (v->type == VALUE_BYTES)
        return range_bytes(f, node, v->s);
    return refuse_range(f, "range can't iterate over %v", v);
}

static enum flow range(struct frame *f, const struct operand *dot, const struct tree_node *node)
{
    size_t bindings = f->run->bindings.len;
    struct operand value;
    enum flow flow;
    bool is_empty;

    if (eval_pipe(f, dot, node->statement.pipe, &value) < 0)
        return FLOW_FAILED;
    if (f->run->see)
        exec_tell(f, TEMPLATE_SEEN_RANGE, SPAN_EMPTY, &value.value, 1);
    if (value.value.type == VALUE_OBJECT && value.value.object.class->is_false_when_empty)
        value.value = value.value.object.class->unfold(f->run->arena, value.value.object.data);
    flow = range_over(f, node, &value.value, &is_empty);
    if (flow == FLOW_NEXT && is_empty && node->statement.otherwise)
        flow = walk_list(f, dot, node->statement.otherwise);
    if (flow == FLOW_BREAK) // Go's range ends itself for one in its else, not the range around it
        flow = FLOW_NEXT;
    forget(f, bindings);
    return flow;
}

static int call_template(struct frame *f, const struct operand *dot, const struct tree_node *node)
{
    const struct template_tree *tree = set_find(f->set, node->statement.name);
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct operand value = OPERAND_OF_NOTHING;

    if (!tree) {
        value_quote(node->statement.name, &name);
        return exec_fail(f, "template %s not defined", buf_str(&name));
    }
    if (node->statement.pipe && eval_pipe(f, dot, node->statement.pipe, &value) < 0)
        return -1;
    f->at = node;
    return walk_template(f->run, f->set, tree, &value, f->out, f->err);
}

static enum flow statement(struct frame *f, const struct operand *dot, const struct tree_node *node)
{
    f->at = node;
    if (exec_step(f) < 0)
        return FLOW_FAILED;
    switch (node->type) {
    case TREE_TEXT: return write(f, node->text) < 0 ? FLOW_FAILED : FLOW_NEXT;
    case TREE_ACTION: return action(f, dot, node) < 0 ? FLOW_FAILED : FLOW_NEXT;
    case TREE_IF:
    case TREE_WITH: return if_or_with(f, dot, node);
    case TREE_RANGE: return range(f, dot, node);
    case TREE_TEMPLATE: return call_template(f, dot, node) < 0 ? FLOW_FAILED : FLOW_NEXT;
    case TREE_BREAK: return FLOW_BREAK;
    default: return FLOW_CONTINUE;
    }
}

static enum flow walk_list(struct frame *f, const struct operand *dot, const struct tree_list *list)
{
    enum flow flow = FLOW_NEXT;

    for (size_t i = 0; i < list->len && flow == FLOW_NEXT; i++)
        flow = statement(f, dot, list->items[i]);
    return flow;
}

int walk_template(struct template_run *run, const struct template_set *set,
                  const struct template_tree *tree, const struct operand *dot, struct buf *out,
                  struct err **err)
{
    struct frame f = {.run = run,
                      .set = set,
                      .tree = tree,
                      .out = out,
                      .caller = run->frame,
                      .bindings = run->bindings.len,
                      .err = err};
    enum flow flow;

    if (run->depth >= run->limits.depth || set_is_deep(set))
        return exec_too_deep(run->frame ? run->frame : &f);
    vec_push(&run->bindings, (struct binding){VARIABLE_ROOT, *dot});
    run->depth++;
    run->frame = &f;
    flow = walk_list(&f, dot, tree->body);
    run->frame = f.caller;
    run->depth--;
    forget(&f, f.bindings);
    return flow == FLOW_FAILED ? -1 : 0;
}
