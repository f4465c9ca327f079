// SPDX-License-Identifier: Apache-2.0
// All families in one array.
#include <pthread.h>

#include "base/vec.h"
#include "model/chart/functions/functions.h"

static const struct template_function *const families[] = {
    // clang-format off
    functions_strings,
    functions_cases,
    functions_lists,
    functions_dicts,
    functions_defaults,
    functions_types,
    functions_math,
    functions_dates,
    functions_regex,
    functions_semver,
    functions_paths,
    functions_encode,
    functions_random,
    functions_certs,
    functions_secrets,
    functions_convert,
    // clang-format on
};

static VEC(struct template_function) all;

static void make_all(void)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        for (const struct template_function *f = families[i]; f->name; f++)
            vec_push(&all, *f);
    }
}

const struct template_function *functions_all(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_all);
    *count = all.len;
    return all.items;
}
