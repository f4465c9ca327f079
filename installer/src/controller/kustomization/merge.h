// SPDX-License-Identifier: Apache-2.0
// The fields of a Flux Kustomization, merged into the kustomization of its path.
#ifndef CONTROLLER_KUSTOMIZATION_MERGE_H
#define CONTROLLER_KUSTOMIZATION_MERGE_H

#include "controller/kustomization.h"

struct merge {
    struct kustomize_edit edit; // first: what kustomize_options.edit points to
    const struct kustomization_options *options;
    const char *path;  // of the Kustomization within its source: absolute, clean
    const char *label; // "Kustomization flux-system/apps", for messages
    kustomization_notes *notes;
};

void merge_init(struct merge *m, const struct kustomization_options *options, const char *path,
                const char *label, kustomization_notes *notes);

// One more note; `text` is copied into the options' arena.
void merge_note(const struct merge *m, const char *field, const char *fmt, ...) PRINTF(3, 4);

#endif
