// SPDX-License-Identifier: Apache-2.0
// Charts as Helm 4.2 has them: what a chart is made of, with its subcharts; which values its
// templates see; what they render to; and the indexes of their repositories, read and made. Pure:
// where charts come from is the caller's matter.
#ifndef MODEL_CHART_H
#define MODEL_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

#define CHART_MAX_BYTES ((uint64_t)100 << 20) // of a chart with its subcharts, Helm's limit
#define CHART_SUBCHARTS_MAX 1000              // of a chart, at all depths
#define CHART_DEPTH_MAX 16                    // of charts in charts

#define CHART_FILE_MAX_BYTES ((uint64_t)5 << 20) // of one file in a chart, Helm's limit

struct chart_store;

// A content that comes when somebody asks for it, which in most renderings nobody does.
struct chart_later {
    // Gives the whole content without a mark of UTF-8, which lives as long as the chart, or an
    // error that names the file: it may have gone or changed since it was found.
    int (*read)(void *data, struct span *content, struct err **err);
    void *data;
    struct span content; // once it is there
    bool is_there;
};

struct chart_file {
    const char *path;          // within the chart
    struct span content;       // of one that comes later only its length, as it was found
    struct chart_later *later; // or NULL
};
typedef VEC(struct chart_file) chart_files;
void chart_files_free(chart_files *files); // a CLEANUP; the contents are the caller's

// The content of any file of a chart, without a mark of UTF-8 at its beginning. One thread at a
// time asks a chart for those that come later. ERR_CONFIG: such a one cannot be read any more.
int chart_file_text(const struct chart_file *file, struct span *text, struct err **err) MUST_CHECK;

// Whether a chart cannot be loaded or rendered without the file: all that is of no other kind
// (definitions, what only .Files shows) may come later. `path` within the outermost chart.
bool chart_needs_file(const char *path) MUST_CHECK;

struct chart {
    // Chart.yaml as Helm types it, with what requirements.yaml adds: the fields that it knows, and
    // of these only those that are there; numbers and booleans where it has texts are texts.
    const struct node *meta;
    const struct node *values;       // values.yaml, a map, or NULL
    const struct doc *values_doc;    // that it is of, which knows its file's name
    const struct node *dependencies; // of `meta`, or NULL
    const struct node *lock;         // Chart.lock or requirements.lock, or NULL
    struct span schema;              // values.schema.json; ptr is NULL without one
    chart_files templates;           // templates/..., in the order of their paths, as are
    chart_files files;               // all others, crds/ too, as .Files: chart_file_text()
    VEC(struct chart *) subcharts;   // all in charts/, in the order of their files' names
    VEC(const char *) warnings;      // of the outermost chart: Helm's words about what was loaded
    struct chart_store *store;       // of the outermost chart, which owns all; else NULL
};

// --- loading ---

// Loads a chart from the files of its folder, which are sorted here; nothing of them is needed
// after. What its .helmignore names is left out. `what` is for messages. ERR_CONFIG for a file that
// is no YAML or of another form, and for charts nested too deep or too many; ERR_SOURCE without a
// Chart.yaml; ERR_INTEGRITY for archives in it that are broken or too large.
struct chart *chart_load_files(chart_files *files, const char *what, struct err **err) MUST_CHECK;
// What takes long in a chart (archives in charts/, values) can begin on other cores while more of
// its files are still read. `what` and the files live until it is freed. It changes nothing else.
struct chart_ahead;
struct chart_ahead *chart_ahead_new(const char *what) MUST_CHECK RETURNS_NONNULL;
void chart_ahead_add(struct chart_ahead *a, const struct chart_file *file);
// For a chart that will be rendered: its own templates are parsed, too, as they are added.
void chart_ahead_parse(struct chart_ahead *a);
void chart_ahead_free(struct chart_ahead *a); // NULL-safe
CLEANUP_DEFINE(chart_ahead_cleanup, struct chart_ahead, chart_ahead_free);

// The same without copies, for files of which those that .helmignore names are left out already
// (chart_ignores()): `*arena`, where the files lie, becomes the chart's, and NULL. So is
// `*ahead`, for the same `what`, which knows the files. Only here contents may come later, but for
// files that chart_needs_file() names.
struct chart *chart_load_taken(chart_files *files, struct arena **arena, struct chart_ahead **ahead,
                               const char *what, struct err **err) MUST_CHECK;

// Loads one from a .tgz, whose first folder is the chart. Kinds as above.
struct chart *chart_load_archive(struct span tgz, const char *what, struct err **err) MUST_CHECK;

// Of the outermost chart, with all that is in it. NULL-safe.
void chart_free(struct chart *chart);
CLEANUP_DEFINE(chart_cleanup, struct chart, chart_free);

// What a .helmignore leaves out of a folder (never of an archive), and what Helm always does: for
// who walks one and need not read it all. The text may be empty. ERR_CONFIG for a pattern that is
// none.
struct chart_ignore;
struct chart_ignore *chart_ignore_parse(struct span text, const char *what, struct err **err)
    MUST_CHECK;
// `path` within the chart. What is below an ignored folder is ignored, too; asked for each.
bool chart_ignores(const struct chart_ignore *ignore, const char *path, bool is_folder);
void chart_ignore_free(struct chart_ignore *ignore); // NULL-safe
CLEANUP_DEFINE(chart_ignore_cleanup, struct chart_ignore, chart_ignore_free);

// A dependency of the outermost chart that charts/ lacks.
struct chart_missing {
    struct span name, repository;
    struct span version; // as Chart.lock has it, else the range of Chart.yaml
};
typedef VEC(struct chart_missing) chart_missings;
// Appends them; borrowed from the chart. Helm renders no chart that lacks one, even if it is off.
void chart_find_missing(const struct chart *chart, chart_missings *out);
// Puts the archive of one into its charts/. Kinds as for loading.
int chart_add_subchart(struct chart *chart, struct span tgz, const char *what, struct err **err)
    MUST_CHECK;
// The same out of the files of its folder, under the name that `use` gives it; "" for its own.
int chart_add_subchart_files(struct chart *chart, chart_files *files, const char *what,
                             struct span use, struct err **err) MUST_CHECK;
int chart_add_subchart_as(struct chart *chart, struct span tgz, const char *what, struct span use,
                          struct err **err) MUST_CHECK;

// What packaging may change in the outermost chart: its default values (a map in `d_take`, which
// the chart owns then), and its version.
void chart_set_values(struct chart *chart, struct doc *d_take, const struct node *values);
void chart_set_version(struct chart *chart, struct span version);

// --- subcharts ---

// A subchart as its parent uses it.
struct chart_use {
    const struct chart *subchart;
    struct span name; // its alias, or else its own
    bool on;          // by condition and tags; on when that cannot be told
};
typedef VEC(struct chart_use) chart_uses;
void chart_uses_free(chart_uses *uses); // a CLEANUP

// Appends how `chart` uses its subcharts, once for each alias. `values` are those of `chart`,
// `tags` those of the outermost chart; either may be NULL. A chart that no dependency declares is
// on.
void chart_uses_of(const struct chart *chart, const struct node *values, const struct node *tags,
                   chart_uses *out);

// Whether one of them has that name: then this key of the values is the subchart's section.
bool chart_uses_name(const chart_uses *uses, struct span name);

// --- values ---

// Lays `over` (may be NULL) over the map `values` of `d`: maps deeply, everything else replaced,
// nulls stay.
void chart_merge(struct doc *d, struct node *values, const struct node *over);

// Reads a file of values (-f) over the map `values` of `d`: several documents, YAML 1.1, of equal
// keys the last one counts. ERR_CONFIG.
int chart_values_read(struct doc *d, struct node *values, struct span text, const char *file,
                      struct err **err) MUST_CHECK;

// What Helm says about values that do not fit together: its words, in order, each once; in the
// arena of the doc that the values are made in.
typedef VEC(char *) chart_warnings;

// The grammar of Helm's strvals: "a.b[0].c=1,d={x,y}".
enum chart_set_kind {
    CHART_SET,         // --set: true, null and whole numbers have their types (int64)
    CHART_SET_STRING,  // --set-string
    CHART_SET_JSON,    // --set-json: values are JSON; a text that starts with "{" is a map
    CHART_SET_LITERAL, // --set-literal: PATH=TEXT to the end
    CHART_SET_FILE,    // --set-file: the value names a file, which `read` gets
};
typedef int (*chart_set_read)(void *data, struct span path, struct buf *content, struct err **err);
int chart_set(struct doc *d, struct node *values, struct span text, enum chart_set_kind kind,
              chart_set_read read, void *data, struct err **err) MUST_CHECK;

// --- rendering (Helm 4.2, pkg/engine, pkg/action, pkg/release/v1/util) ---

// Who renders: hints advise only what there is to do it with.
enum chart_user {
    CHART_USER_COMMAND, // with -f and --set
    CHART_USER_RENDER,  // and --skip-schema-validation, too
    CHART_USER_RELEASE, // a HelmRelease, with its fields
};

// What .Release and .Capabilities say.
struct chart_target {
    struct span release, space; // name and namespace of the release
    unsigned revision;          // 0: 1
    bool is_upgrade;
    struct span kube_version;        // "1.34.4", with or without "v"; empty: Helm's default
    const struct span *api_versions; // more than Helm's own list: "g/v" or "g/v/Kind"
    size_t api_version_count;
    bool only_api_versions; // they are all: without Helm's own list, which a cluster has not
    bool skip_schema;
    const struct doc *given_doc; // whose files messages name for the user's values; or NULL
    bool track_reads;            // fill in the rendering's `reads`
    enum chart_user user;
    // Answers `lookup`; NULL: always an empty map, as `helm template` does. *found is a tree of `d`
    // or NULL when there is no such object.
    int (*lookup)(void *data, struct doc *d, struct span api_version, struct span kind,
                  struct span space, struct span name, struct node **found, struct err **err);
    void *data;
};

// One document that a chart renders to; texts are the rendering's.
struct chart_manifest {
    struct span path;                    // "chart/templates/x.yaml": what "# Source:" prints
    struct span text;                    // without leading white space
    struct span api_version, kind, name; // empty where there is none
    unsigned hooks;                      // bits of enum chart_hook; 0: no hook
};
enum chart_hook {
    CHART_HOOK_PRE_INSTALL = 1,
    CHART_HOOK_POST_INSTALL = 2,
    CHART_HOOK_PRE_DELETE = 4,
    CHART_HOOK_POST_DELETE = 8,
    CHART_HOOK_PRE_UPGRADE = 16,
    CHART_HOOK_POST_UPGRADE = 32,
    CHART_HOOK_PRE_ROLLBACK = 64,
    CHART_HOOK_POST_ROLLBACK = 128,
    CHART_HOOK_TEST = 256,
};
const char *chart_hook_name(enum chart_hook hook); // "pre-install"

struct chart_note {    // something that a reader of the output has to know
    const char *text;  // Helm's warning, or "randAlphaNum gives another value each time"
    const char *where; // "chart/templates/x.yaml:12", or NULL
};

// One place that reads a value, or could.
struct chart_read {
    // In the values of the outermost chart, as --set has it ("sub.a.b", "*" for any key or item);
    // globals of subcharts as those of the outermost. Empty: all values.
    struct span path;
    struct span file; // "chart/templates/x.yaml"
    uint32_t line;
    unsigned how; // bits of enum chart_read_how
};
enum chart_read_how {
    CHART_READ_WHOLE = 1,    // with all that is below
    CHART_READ_EXECUTED = 2, // this rendering did; else a branch that it did not take would
    CHART_READ_STATIC = 4,   // seen in the templates' text
    CHART_READ_SCHEMA = 8,   // values.schema.json names it, which is no more than that
    CHART_READ_OFF = 16,     // it is the section of a subchart that is off
    CHART_READ_CHART = 32,   // Chart.yaml: a condition, a tag, what a parent imports
};
typedef VEC(struct chart_read) chart_reads;

struct chart_question { // what a template asked .Capabilities
    enum chart_asked { CHART_ASKED_API_VERSION, CHART_ASKED_KUBE_VERSION } of;
    const char *asked;  // "monitoring.coreos.com/v1", "Minor"; "" for all API versions at once
    const char *answer; // "true", "34"; "" for all API versions at once
    const char *where;  // "chart/templates/x.yaml:12", or NULL
};

struct chart_definition {          // a file of crds/
    struct span path;              // "chart/crds/x.yaml"; the rendering's
    const struct chart_file *file; // the chart's: chart_file_text()
};

struct chart_rendering {
    VEC(struct chart_definition) crds;    // by path, parents first
    VEC(struct chart_manifest) manifests; // in the order in which Helm installs them
    VEC(struct chart_manifest) hooks;
    VEC(struct chart_note) warnings;      // of values and dependencies
    VEC(struct chart_note) random;        // functions whose value is another one next time
    VEC(struct chart_note) lookups;       // questions about the cluster
    chart_reads reads;                    // by path, file and line; when asked for (track_reads)
    bool reads_are_all;                   // false: templates were too many to look through
    VEC(struct chart_question) questions; // about its versions, .Capabilities
    struct arena *arena;
};

// Renders a chart. `given` are the user's values, a map or NULL. ERR_CONFIG: where and why, with
// the chain of includes and a next step; nothing is rendered then.
struct chart_rendering *chart_render(const struct chart *chart, const struct node *given,
                                     const struct chart_target *target, struct err **err)
    MUST_CHECK;
// The values that its templates see: `given` over all defaults, of the subcharts that are on, too.
// A new tree in `d`, whose nodes keep their places. Kinds as above.
struct node *chart_effective_values(struct doc *d, const struct chart *chart,
                                    const struct node *given, const struct chart_target *target,
                                    struct err **err) MUST_CHECK;

// As chart_render() without executing templates: only `reads` (by the templates' text), definitions
// and warnings. Succeeds where an execution fails; ERR_CONFIG where the values do not go with the
// chart.
struct chart_rendering *chart_find_reads(const struct chart *chart, const struct node *given,
                                         const struct chart_target *target, struct err **err)
    MUST_CHECK;

// chart_render() in two steps, for who changes in between what the templates write.
struct chart_output { // of one template
    struct span path; // "chart/templates/x.yaml"
    struct span text; // any number of documents
};
typedef VEC(struct chart_output) chart_outputs;
// Appends the outputs in the order of their paths, notes for people left out; paths and texts are
// the rendering's. The array is the caller's, also after a failure.
struct chart_rendering *chart_render_outputs(const struct chart *chart, const struct node *given,
                                             const struct chart_target *target,
                                             chart_outputs *outputs, struct err **err) MUST_CHECK;
// Adds the documents of outputs, which are in the order of their paths and outlive the rendering,
// to one that has none yet. ERR_CONFIG: no YAML, or no object.
int chart_add_documents(struct chart_rendering *rendering, const chart_outputs *outputs,
                        struct err **err) MUST_CHECK;
struct chart_rendering *chart_rendering_new(void) MUST_CHECK RETURNS_NONNULL; // an empty one
// Cuts the next document off a text as Helm does, where "---" starts a line; blank ones are passed
// over. Before the first one the text goes through chart_documents_start().
struct span chart_documents_start(struct span text);
bool chart_documents_next(struct span *rest, struct span *document);

// Frees all documents and reads; warnings, random, lookups and questions stay.
void chart_rendering_trim(struct chart_rendering *rendering);
void chart_rendering_free(struct chart_rendering *rendering); // NULL-safe
CLEANUP_DEFINE(chart_rendering_cleanup, struct chart_rendering, chart_rendering_free);

// Appends what `helm template` prints. ERR_CONFIG: nothing that show_only names is there, it is
// more than `out` may hold, or a definition cannot be read any more.
struct chart_print {
    bool crds;                    // --include-crds
    bool no_hooks;                // --no-hooks
    bool skip_tests;              // --skip-tests
    const struct span *show_only; // --show-only: paths of templates, with wildcards
    size_t show_only_count;
};
int chart_print(const struct chart_rendering *rendering, const struct chart_print *options,
                struct buf *out, struct err **err) MUST_CHECK;

// --- charts of a repository over https ---

// What locks and bundles call one: "https://HOST/PATH/NAME:VERSION".
struct chart_name {
    struct span repository; // its URL, without a slash at its end
    struct span chart;
    struct span version;
};

// False for anything else: the reference of a chart in a registry has no scheme.
bool chart_name_parse(struct span text, struct chart_name *name) MUST_CHECK;
void chart_name_format(const struct chart_name *name, struct buf *out);

// Whether a name can be part of a URL and of a file's name as it is: letters, digits, "-", "_" and
// "." (Helm's convention is stricter).
bool chart_name_is_plain(struct span chart);

// ERR_INTEGRITY unless the chart is of that name and version ("1.2.3" and "v1.2.3+b7" are one
// version to Helm).
int chart_check_name(const struct chart *chart, const struct chart_name *name, struct err **err)
    MUST_CHECK;

// --- the index of a repository, index.yaml (Helm v4, pkg/repo/v1; apiVersion v1) ---

#define CHART_INDEX_MAX_BYTES ((size_t)50 << 20) // the limit of Flux's source-controller
#define CHART_INDEX_VERSIONS_MAX 200000          // of all charts together

struct chart_index;

// What an index has for one version of a chart; borrowed from it.
struct chart_listed {
    struct span version; // as it is written there
    struct span url;     // of the archive: absolute, or relative to the repository
    struct span digest;  // as it is written; may be empty
    bool deprecated, removed;
    bool ambiguous; // that version is there again, with another digest
};

// Reads one, YAML or JSON. `what` is for messages. ERR_SOURCE for what is no index.
struct chart_index *chart_index_read(struct span text, const char *what, struct err **err)
    MUST_CHECK;

// The entry that Helm and Flux take for an exact version: the first one that is written like it,
// else the one that is the same version. ERR_SOURCE when there is none or it has no URL,
// ERR_UNSUPPORTED when several are, which differ in build metadata.
int chart_index_find(const struct chart_index *index, struct span chart, struct span version,
                     struct chart_listed *found, struct err **err) MUST_CHECK;

// Appends the versions of a chart that Helm does not pass over, as they are written; of those that
// are one version to Helm, what was created last comes first, else what is listed last. Borrowed.
typedef VEC(struct span) chart_versions;
void chart_index_versions(const struct chart_index *index, struct span chart, chart_versions *out);

// An empty one.
struct chart_index *chart_index_new(void) MUST_CHECK RETURNS_NONNULL;
// Adds a chart whose archive is at `url`: what Helm has of a Chart.yaml in an index, `created` at
// the start of 1970. False when that name and version is there already.
bool chart_index_add(struct chart_index *index, const struct chart *chart, const char *url,
                     const struct digest *digest);
// Appends it as YAML: names sorted, newest versions first; the same charts in any order give the
// same bytes.
void chart_index_write(struct chart_index *index, struct buf *out);

void chart_index_free(struct chart_index *index); // NULL-safe
CLEANUP_DEFINE(chart_index_cleanup, struct chart_index, chart_index_free);

#endif
