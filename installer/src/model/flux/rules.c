// SPDX-License-Identifier: Apache-2.0
// Values against what Flux's definitions demand of them, as the API server judges. There is neither
// a language of patterns nor one of rules here: those that the definitions have are written out.
#include "model/flux/rules.h"

#include <ctype.h>
#include <string.h>

// --- patterns ---

static bool take_digits(struct span *text)
{
    size_t count = 0;

    while (count < text->len && isdigit((unsigned char)text->ptr[count]))
        count++;
    *text = span_tail(*text, count);
    return count > 0;
}

static bool is_duration(struct span text, bool hours)
{
    if (!text.len)
        return false;
    while (text.len) {
        if (!take_digits(&text) || (span_skip(&text, ".") && !take_digits(&text)))
            return false;
        if (!span_skip(&text, "ms") && !span_skip(&text, "s") && !span_skip(&text, "m") &&
            !(hours && span_skip(&text, "h")))
            return false;
    }
    return true;
}

static bool is_any_duration(struct span text)
{
    return is_duration(text, true);
}

static bool is_short_duration(struct span text)
{
    return is_duration(text, false);
}

static bool is_one_line(struct span text)
{
    return span_find(text, '\n') == text.len;
}

static bool is_http(struct span text)
{
    return (span_skip(&text, "http://") || span_skip(&text, "https://")) && is_one_line(text);
}

static bool is_oci(struct span text)
{
    return span_skip(&text, "oci://") && is_one_line(text);
}

static bool is_http_or_ssh(struct span text)
{
    return is_http(text) || (span_skip(&text, "ssh://") && is_one_line(text));
}

static bool is_http_or_oci(struct span text)
{
    return is_http(text) || is_oci(text);
}

static bool is_key(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.ptr[i]) && !strchr("-._", text.ptr[i]))
            return false;
    return text.len > 0;
}

static bool is_value_path(struct span text)
{
    bool some = false;

    for (; text.len; some = true) {
        if (span_skip(&text, "[")) {
            struct span before = text;

            if (!take_digits(&text) || before.len - text.len > 5 || !span_skip(&text, "]"))
                return false;
            continue;
        }
        if (!isalnum((unsigned char)text.ptr[0]) && !strchr("_-.\\/", text.ptr[0]))
            return false;
        text = span_tail(text, 1);
    }
    return some;
}

static const struct {
    const char *pattern;
    bool (*fits)(struct span text);
    const char *wanted;
} patterns[] = {
    {"^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$", is_any_duration, "a duration: 10m, 1h30m, 500ms"},
    {"^([0-9]+(\\.[0-9]+)?(ms|s|m))+$", is_short_duration,
     "a duration without hours: 10m, 1m30s, 500ms"},
    {"^(http|https)://.*$", is_http, "a URL of http or https"},
    {"^(http|https|ssh)://.*$", is_http_or_ssh, "a URL of http, https or ssh"},
    {"^(http|https|oci)://.*$", is_http_or_oci, "a URL of http, https or oci"},
    {"^oci://.*$", is_oci, "a URL of oci"},
    {"^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$", is_value_path,
     "the path of a value: image.tag, hosts[0]"},
    {"^[\\-._a-zA-Z0-9]+$", is_key, "a key: letters, digits, '-', '_' and '.'"},
};

static size_t pattern_of(const struct rule *rule)
{
    size_t i = 0;

    while (i < ARRAY_LEN(patterns) && strcmp(patterns[i].pattern, rule->text) != 0)
        i++;
    return i;
}

// --- rules of maps ---

static bool has(const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);

    return n && !node_is(n, NODE_NULL);
}

static bool is(const struct node *map, const char *key, const char *word)
{
    return span_is(node_get_text(map, key), word);
}

// The provider of a Bucket is "generic" where none is said.
static bool is_bucket_of(const struct node *map, const char *provider)
{
    return has(map, "provider") ? is(map, "provider", provider) : strcmp(provider, "generic") == 0;
}

static bool is_sts_of_known_bucket(const struct node *m)
{
    return is_bucket_of(m, "aws") || is_bucket_of(m, "generic") || !has(m, "sts");
}

static bool is_sts_of_aws(const struct node *m)
{
    return !is_bucket_of(m, "aws") || !has(m, "sts") || is(node_get(m, "sts"), "provider", "aws");
}

static bool is_sts_of_generic(const struct node *m)
{
    return !is_bucket_of(m, "generic") || !has(m, "sts") ||
           is(node_get(m, "sts"), "provider", "ldap");
}

static bool is_aws_sts(const struct node *m)
{
    return has(m, "sts") && is(node_get(m, "sts"), "provider", "aws");
}

static bool is_sts_without_secret(const struct node *m)
{
    return !is_aws_sts(m) || !has(node_get(m, "sts"), "secretRef");
}

static bool is_sts_without_certificate(const struct node *m)
{
    return !is_aws_sts(m) || !has(node_get(m, "sts"), "certSecretRef");
}

static bool is_account_of_bucket(const struct node *m)
{
    return !is_bucket_of(m, "generic") || !has(m, "serviceAccountName");
}

static bool is_secret_or_account(const struct node *m)
{
    return !has(m, "secretRef") || !has(m, "serviceAccountName");
}

static bool is_account_of_git(const struct node *m)
{
    return !has(m, "serviceAccountName") || is(m, "provider", "azure") || is(m, "provider", "aws");
}

static bool is_verified_repository(const struct node *m)
{
    return !has(m, "verify") || is(node_get(m, "sourceRef"), "kind", "HelmRepository");
}

static bool is_chart_or_ref(const struct node *m)
{
    return has(m, "chart") != has(m, "chartRef");
}

static bool is_some_config(const struct node *m)
{
    return has(m, "configMapRef") || has(m, "secretRef");
}

static bool is_one_config(const struct node *m)
{
    return !has(m, "configMapRef") || !has(m, "secretRef");
}

static bool is_install_interval(const struct node *m)
{
    return !has(m, "retryInterval") || !is(m, "name", "RemediateOnFailure");
}

static bool is_upgrade_interval(const struct node *m)
{
    return !has(m, "retryInterval") || is(m, "name", "RetryOnFailure");
}

static const struct {
    const char *rule;
    bool (*keeps)(const struct node *map);
    const char *wanted;
} map_rules[] = {
    {"self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)",
     is_sts_of_known_bucket, "sts goes with the providers aws and generic only"},
    {"self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'", is_sts_of_aws,
     "the provider aws needs sts of aws"},
    {"self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'",
     is_sts_of_generic, "the provider generic needs sts of ldap"},
    {"!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)",
     is_sts_without_secret, "sts of aws has no secretRef"},
    {"!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)",
     is_sts_without_certificate, "sts of aws has no certSecretRef"},
    {"self.provider != 'generic' || !has(self.serviceAccountName)", is_account_of_bucket,
     "serviceAccountName does not go with the provider generic"},
    {"!has(self.secretRef) || !has(self.serviceAccountName)", is_secret_or_account,
     "there is secretRef or serviceAccountName, not both"},
    {"!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || "
     "self.provider == 'aws'))",
     is_account_of_git, "serviceAccountName goes with the providers azure and aws only"},
    {"!has(self.verify) || self.sourceRef.kind == 'HelmRepository'", is_verified_repository,
     "verify goes with a HelmRepository only"},
    {"(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))",
     is_chart_or_ref, "there has to be either chart or chartRef"},
    {"has(self.configMapRef) || has(self.secretRef)", is_some_config,
     "there has to be configMapRef or secretRef"},
    {"!has(self.configMapRef) || !has(self.secretRef)", is_one_config,
     "there is configMapRef or secretRef, not both"},
    {"!has(self.retryInterval) || self.name != 'RemediateOnFailure'", is_install_interval,
     "retryInterval does not go with RemediateOnFailure"},
    {"!has(self.retryInterval) || self.name == 'RetryOnFailure'", is_upgrade_interval,
     "retryInterval goes with RetryOnFailure only"},
};

static size_t map_rule_of(const struct rule *rule)
{
    size_t i = 0;

    while (i < ARRAY_LEN(map_rules) && strcmp(map_rules[i].rule, rule->text) != 0)
        i++;
    return i;
}

bool rules_is_known(const struct rule *rule)
{
    return rule->of == RULE_PATTERN ? pattern_of(rule) < ARRAY_LEN(patterns)
           : rule->of == RULE_MAP   ? map_rule_of(rule) < ARRAY_LEN(map_rules)
                                    : true;
}

// --- judging ---

// "spec.a[12].b" and "spec.a[].b" are one path.
static bool is_path(const char *path, const char *wanted)
{
    for (; *path && *wanted; path++, wanted++) {
        if (*path != *wanted)
            return false;
        if (*path == '[')
            while (isdigit((unsigned char)path[1]))
                path++;
    }
    return !*path && !*wanted;
}

static bool is_kind(const char *kinds, struct span kind)
{
    struct span rest = span_str(kinds), one;

    while (span_next(&rest, ' ', &one))
        if (span_eq(one, kind))
            return true;
    return false;
}

static const char *missing(struct arena *a, const struct rule *rule, const struct node *map)
{
    struct span rest = span_str(rule->text), name;

    while (span_next(&rest, ',', &name))
        if (!has(map, arena_span(a, name).ptr))
            return arena_printf(a, "lacks %.*s, which Flux demands", SPAN_ARG(name));
    return NULL;
}

static const char *wrong_length(struct arena *a, const struct rule *rule, struct span text)
{
    struct span least, most;
    uint64_t min = 0, max = 0, count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    (void)span_cut(span_str(rule->text), '.', &least, &most);
    (void)span_skip(&most, ".");
    if (!span_u64(least, &min) || !span_u64(most, &max))
        return NULL;
    if (count < min)
        return "is empty";
    return max && count > max
               ? arena_printf(a, "is longer than %llu characters", (unsigned long long)max)
               : NULL;
}

static const char *judge(struct arena *a, const struct rule *rule, const struct node *value)
{
    struct span text = node_text(value);
    size_t i;

    switch (rule->of) {
    case RULE_REQUIRED: return missing(a, rule, value);
    case RULE_LENGTH: return wrong_length(a, rule, text);
    case RULE_PATTERN:
        i = pattern_of(rule);
        return i < ARRAY_LEN(patterns) && !patterns[i].fits(text)
                   ? arena_printf(a, "'%.*s' is not %s", SPAN_ARG(text), patterns[i].wanted)
                   : NULL;
    case RULE_MAP: break;
    }
    i = map_rule_of(rule);
    return i < ARRAY_LEN(map_rules) && !map_rules[i].keeps(value) ? map_rules[i].wanted : NULL;
}

const char *rules_broken(struct arena *a, struct span kind, const char *path,
                         const struct node *value)
{
    for (const struct rule *rule = rules_table; rule->path; rule++) {
        const char *broken =
            is_path(path, rule->path) && is_kind(rule->kinds, kind) ? judge(a, rule, value) : NULL;

        if (broken)
            return broken;
    }
    return NULL;
}
