// SPDX-License-Identifier: Apache-2.0
// From the options to a cluster that answers.
#include "cmd/keys/open.h"

#include "base/timer.h"

enum { KEYS_TIMEOUT_MS = 5 * 60 * 1000 };

int keys_open(struct keys_session *s, struct command_env *env, const struct keys_options *o,
              const char *command, struct err **err)
{
    struct kubeconfig_options where = {.path = o->kubeconfig, .context = o->context};
    struct budget budget = {.deadline = timer_add(timer_now(), KEYS_TIMEOUT_MS),
                            .cancel = env->cancel};
    struct kube_options kube_options = {.budget = budget};
    struct record_options record_options = {.loop = env->loop,
                                            .command = command,
                                            .ns = o->record,
                                            .budget = budget,
                                            .report = env->report};

    if (kube_connect(&s->to, env->loop, &where, &kube_options, env->report, err) < 0)
        return -1;
    record_options.kube = s->to.kube;
    s->record = record_open(&record_options, err);
    s->cluster = (struct keys_cluster){.loop = env->loop,
                                       .kube = s->to.kube,
                                       .record = s->record,
                                       .ns = o->ns,
                                       .budget = budget,
                                       .report = env->report};
    return s->record ? 0 : -1;
}

void keys_close(struct keys_session *s)
{
    record_free(s->record);
    kube_disconnect(&s->to);
}

struct keys_file keys_file_of(const struct keys_options *o)
{
    return (struct keys_file){.path = o->file,
                              .passphrase_file = o->passphrase_file,
                              .plain = o->plain,
                              .overwrite = o->overwrite};
}
