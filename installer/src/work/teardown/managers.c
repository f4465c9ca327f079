// SPDX-License-Identifier: Apache-2.0
// The table of field managers. Most name themselves by the first part of their user agent, which is
// the name of their program (client-go, apiserver managedfields).
#include "work/teardown/managers.h"

#define APPLIER "sandstrap"

enum habit {
    HABIT_CLUSTER,
    HABIT_MAKES,   // a person's tool with which objects are made
    HABIT_TOUCHES, // ... or rather changed
};

// The longest name that fits counts; "-" at the end stands for all that begin so.
static const struct row {
    const char *name;
    enum habit habit;
} rows[] = {
    {"kube-apiserver", HABIT_CLUSTER},
    {"kube-controller-manager", HABIT_CLUSTER},
    {"cloud-controller-manager", HABIT_CLUSTER},
    {"kube-scheduler", HABIT_CLUSTER},
    {"kubelet", HABIT_CLUSTER},
    {"k3s", HABIT_CLUSTER}, // and rke2: all of the control plane in one program
    {"rke2", HABIT_CLUSTER},

    {"kubectl", HABIT_MAKES}, // apply --server-side
    {"kubectl-client-side-apply", HABIT_MAKES},
    {"kubectl-last-applied", HABIT_MAKES},
    {"before-first-apply", HABIT_MAKES}, // a server-side apply of what others had made
    {"kubectl-create", HABIT_MAKES},
    {"kubectl-run", HABIT_MAKES},
    {"kubectl-expose", HABIT_MAKES},
    {"kubectl-replace", HABIT_MAKES},
    {"kubectl-debug", HABIT_MAKES},
    {"kubectl-", HABIT_TOUCHES}, // -edit, -patch, -label, -annotate, -scale, -rollout, -set, …
    {"k9s", HABIT_TOUCHES},
    {"helm", HABIT_MAKES}, // the command; helm-controller is another
    {"helmfile", HABIT_MAKES},
    {"kapp", HABIT_MAKES},
    {"kustomize", HABIT_MAKES},
    {"skaffold", HABIT_MAKES},
    {"tilt", HABIT_MAKES},
    {"devspace", HABIT_MAKES},
    {"flux", HABIT_MAKES}, // the command: flux create
    {"zarf", HABIT_MAKES},
    {"Terraform", HABIT_MAKES},
    {"terraform-", HABIT_MAKES},
    {"HashiCorp", HABIT_MAKES}, // Terraform's providers by their user agent
    {"OpenTofu", HABIT_MAKES},
    {"pulumi-", HABIT_MAKES},
    {"ansible", HABIT_MAKES},
    {"argocd", HABIT_MAKES},
    {"argocd-", HABIT_MAKES}, // -controller, -server: another way from git to the cluster
    {"fleet", HABIT_MAKES},
    {"rancher", HABIT_MAKES},
    {"dashboard", HABIT_TOUCHES}, // Kubernetes Dashboard
    {"headlamp", HABIT_TOUCHES},
    {"node-fetch", HABIT_TOUCHES}, // Lens, OpenLens, Headlamp: by their library
    {"Lens", HABIT_TOUCHES},
    {"Mozilla", HABIT_TOUCHES}, // any in a browser
    {"curl", HABIT_MAKES},
    {"Python-urllib", HABIT_MAKES}, // scripts
    {"python-requests", HABIT_MAKES},
};

static const struct row *row_of(struct span manager)
{
    const struct row *best = NULL;
    size_t best_len = 0;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct span name = span_str(rows[i].name);
        bool fits =
            span_ends(name, "-") ? span_starts(manager, rows[i].name) : span_eq(manager, name);

        if (fits && name.len > best_len) {
            best = &rows[i];
            best_len = name.len;
        }
    }
    return best;
}

static bool is_of_person(const struct row *row)
{
    return row && row->habit != HABIT_CLUSTER;
}

struct managers managers_of(const struct node *object)
{
    struct managers m = {.name = SPAN_EMPTY};
    const struct row *row, *oldest_row = NULL;
    struct span oldest = SPAN_EMPTY;

    NODE_FOREACH_ITEM (entry, node_path(object, "metadata", "managedFields")) {
        struct span name = node_get_text(entry, "manager"), time = node_get_text(entry, "time");

        if (node_get_text(entry, "subresource").len)
            continue;
        row = row_of(name);
        m.applied |= span_is(name, APPLIER);
        if (row && row->habit == HABIT_MAKES) {
            m.maker = MAKER_PERSON;
            m.name = name;
        } else if (m.maker != MAKER_PERSON && (!m.name.len || span_cmp(time, oldest) < 0)) {
            m.name = name;
            oldest = time;
            oldest_row = row;
        }
    }
    if (m.maker != MAKER_PERSON && m.name.len)
        m.maker = is_of_person(oldest_row) ? MAKER_PERSON
                  : oldest_row             ? MAKER_CLUSTER
                                           : MAKER_PROGRAM;
    return m;
}
