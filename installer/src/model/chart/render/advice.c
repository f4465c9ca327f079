// SPDX-License-Identifier: Apache-2.0
// The next step for each usual mistake. Texts are those of Go's text/template and fmt.
#include "model/chart/render/advice.h"

#include <string.h>

#include "base/opt.h"

// --- values ---

// The key in the values of the outermost chart for a path ".Values.a.b" of the chart whose template
// is executed; empty for any other path.
static struct span key_of(const struct rendering *r, struct span path)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span rest = r->current->instance->path, name;

    (void)span_skip(&path, "$");
    if (!span_skip(&path, ".Values."))
        return SPAN_EMPTY;
    // "parent/charts/sub/charts/x": the names behind "charts".
    for (bool is_name = false; span_next(&rest, '/', &name); is_name = span_is(name, "charts"))
        if (is_name)
            buf_printf(&key, "%.*s.", SPAN_ARG(name));
    buf_add_span(&key, path);
    return arena_span(r->arena, buf_span(&key));
}

static bool is_of_release(const struct rendering *r)
{
    return r->target->user == CHART_USER_RELEASE;
}

// Where one sets a value beside values.yaml.
static const char *how_to_set(const struct rendering *r, struct span key, const char *between)
{
    static const char *const places[] = {"in spec.values of the HelmRelease",
                                         "in what its valuesFrom names"};

    if (is_of_release(r))
        return arena_printf(r->arena, "%.*s: %s%s%s", SPAN_ARG(key), places[0], between, places[1]);
    return arena_printf(r->arena,
                        "%.*s: in a file (-f)%s"
                        "with --set %.*s=...",
                        SPAN_ARG(key), between, SPAN_ARG(key));
}

static bool is_of_root(struct span name)
{
    static const char *const names[] = {"Values", "Release",  "Chart",    "Capabilities",
                                        "Files",  "Template", "Subcharts"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

// Whether something of Helm's was looked for in a dot that is another one.
static bool is_wrong_dot(const struct template_missing *missing)
{
    struct span path = missing->path, prefix = missing->prefix, first;

    if (!span_skip(&path, "."))
        return false;
    first = span_head(path, span_find(path, '.'));
    (void)span_skip(&prefix, ".");
    return is_of_root(first) &&
           (!prefix.len || (span_eq(prefix, first) && missing->found.type == VALUE_NIL));
}

static int advise_missing(const struct rendering *r, const struct template_missing *missing,
                          struct err **err)
{
    struct span key = key_of(r, missing->path), parent = missing->prefix;
    size_t dot = span_rfind(missing->path, '.');

    if (is_wrong_dot(missing))
        return err_hint(err,
                        "'.' is something else here: inside of range and with it is the item, in a "
                        "template what include was given. $%.*s works in range and with; to a "
                        "template the whole '.' has to be handed",
                        SPAN_ARG(missing->path));
    if (key.len && missing->found.type == VALUE_NIL)
        return err_hint(err,
                        "set %s, or in values.yaml of the "
                        "chart; where it may be absent, write (%.*s).%.*s",
                        how_to_set(r, key, ", "), SPAN_ARG(parent),
                        SPAN_ARG(span_tail(missing->path, dot + 1)));
    if (key.len)
        return err_hint(err,
                        "make %.*s a map, in values.yaml or %s, or look at what the "
                        "template expects",
                        SPAN_ARG(key_of(r, parent)),
                        is_of_release(r) ? "in the values of the HelmRelease" : "with -f");
    if (missing->found.type == VALUE_OBJECT)
        return err_hint(err, "docs/charts.md lists what Helm's objects have");
    if (missing->found.type == VALUE_NIL && dot > 0 && dot < missing->path.len)
        return err_hint(err, "where it may be absent, write (%.*s).%.*s or test it with 'if' first",
                        SPAN_ARG(parent), SPAN_ARG(span_tail(missing->path, dot + 1)));
    return -1;
}

// --- what `required` and `fail` say ---

// The path at the end of `required "..." .Values.a.b`.
static struct span required_path(struct span node)
{
    size_t blank = span_rfind(node, ' ');

    return span_starts(node, "required ") ? span_tail(node, blank + 1) : SPAN_EMPTY;
}

static int advise_refusal(const struct rendering *r, struct span node, struct err **err)
{
    struct span key = key_of(r, required_path(node));

    if (key.len)
        return err_hint(err, "set %s", how_to_set(r, key, " or "));
    return err_hint(err, "the chart itself refuses these values: change them %s",
                    is_of_release(r) ? "in the HelmRelease (values, valuesFrom)"
                                     : "with -f or --set");
}

// --- names of templates ---

struct names {
    const char **items;
    size_t len, cap;
};

// The names that a file defines, as far as they are written plainly.
static void add_defined(struct arena *a, struct span text, struct names *out)
{
    static const struct span mark = {"define \"", sizeof("define \"") - 1};

    for (;;) {
        size_t at = span_search(text, mark), end;

        if (at == text.len)
            return;
        text = span_tail(text, at + mark.len);
        end = span_find(text, '"');
        vec_push(out, arena_span(a, span_head(text, end)).ptr);
    }
}

static int advise_template(const struct rendering *r, struct span text, struct err **err)
{
    struct names defined = {0};
    struct span name = span_tail(text, span_find(text, '"') + 1);
    const char *wanted, *nearest;

    name = span_head(name, span_find(name, '"'));
    wanted = arena_span(r->arena, name).ptr;
    VEC_FOREACH (const struct context_template *, template, r->templates)
        add_defined(r->arena, template->text, &defined);
    nearest = opt_nearest(wanted, defined.items, defined.len);
    if (nearest)
        err_hint(err, "did you mean \"%s\"?", nearest);
    else
        err_hint(err,
                 "no file of the chart or its subcharts has {{ define \"%s\" }}: is a library "
                 "chart missing in charts/?",
                 wanted);
    vec_free(&defined);
    return -1;
}

// --- by their words ---

struct advice {
    const char *words; // that the text has
    const char *hint;
};

static int advise_by_words(const struct advice *rows, size_t count, struct span text,
                           struct err **err)
{
    for (size_t i = 0; i < count; i++)
        if (span_search(text, span_str(rows[i].words)) < text.len)
            return err_hint(err, "%s", rows[i].hint);
    return -1;
}

int advice_parse(struct span text, struct err **err)
{
    static const struct advice rows[] = {
        {"unexpected EOF",
         "an if, range, with, define or block has no {{ end }}: each needs one of its own"},
        {"unexpected {{end}}", "there is one {{ end }} more than blocks above it"},
        {"unexpected {{else}}", "an {{ else }} belongs to an if, with or range that is open"},
        {"U+002D '-'", "a name with a dash cannot follow a dot: write index .Values \"the-name\""},
        {"unexpected \"}\"", "an action ends with two braces: }}"},
        {"unclosed action", "an action ends with }} ; only a text in backquotes may span lines"},
        {"unterminated quoted string",
         "a text in quotes ends on its line: the closing \" is lacking"},
        {"undefined variable",
         "a variable ends with the block that it is declared in: declare it before the block with "
         ":=, and change it there with ="},
        {"outside {{range}}", "break and continue are for inside of a range"},
        {"multiple definition", "a file defines a template once"},
        {"bad number syntax", "a name cannot start with a digit: write index .Values \"1x\""},
        {"missing value for", "what is between the word and }} is what it looks at"},
        {"unexpected <define>", "define stands at the top of a file, not inside of a block"},
        {"unexpected \"=\"", "a variable is declared with :="},
        {"non executable command", "behind a | comes a function"},
    };

    return err_hint_text(*err) ? -1 : advise_by_words(rows, ARRAY_LEN(rows), text, err);
}

int advice_execution(const struct rendering *r, struct span text, struct err **err)
{
    static const struct advice rows[] = {
        {"incompatible types for comparison: float64 and int",
         "numbers of values are floats: compare (int .Values.x) with 1, or .Values.x with 1.0"},
        {"incompatible types for comparison",
         "both sides have to be of one type: convert one with int, float64 or toString"},
        {"wrong number of args for include",
         "include takes a name and what the template is about: include \"NAME\" ."},
        {"wrong number of args for tpl", "tpl takes a text and what it is about: tpl .Values.x ."},
        {"wrong number of args", "the value that a function works on comes last, and a pipe hands "
                                 "it over there: 'VALUE | NAME ...'"},
        {"expected string; got float64", "convert the number: toString .Values.x, or quote it in "
                                         "the values"},
        {"wrong type for value", "the value that a function works on comes last: 'trunc 63 "
                                 ".Values.name', or '.Values.name | trunc 63'; int and toString "
                                 "convert"},
        {"invalid value; expected",
         "what is handed over is not set: give it a value, or 'default'"},
        {"index out of range", "the list is shorter: test it with 'if' or look at its 'len' first"},
        {"can't iterate over", "range takes a list, a map or a whole number"},
        {"index of nil", "what is indexed is not set: test it with 'if' first"},
        {"nil pointer dereference", "a function got nil where it takes a list or map: give it a "
                                    "default, '.Values.x | default list'"},
        {"interface conversion", "a value in the middle of the path is no map: is it set?"},
        {"nested reference name", "the template includes itself without end: look at the places "
                                  "above"},
        {"division by zero", "test the divisor first"},
        {"more than", "does a range or an include go on without end?"},
    };
    struct template_missing missing = template_missing(r->run);
    struct template_trace trace = template_trace(r->run);
    struct span node = trace.len ? trace.places[trace.len - 1].node : SPAN_EMPTY;

    if (r->refusal.len)
        return advise_refusal(r, node, err);
    if (missing.path.len)
        return advise_missing(r, &missing, err);
    if (span_starts(text, "no template ") ||
        (span_starts(text, "template \"") && span_ends(text, "not defined")))
        return advise_template(r, text, err);
    return err_hint_text(*err) ? -1 : advise_by_words(rows, ARRAY_LEN(rows), text, err);
}
