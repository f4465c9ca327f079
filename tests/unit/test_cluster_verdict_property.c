// SPDX-License-Identifier: Apache-2.0
// What holds of the verdict for every history of a failure, tried on random ones.
#include "unit.h"

#include "cluster/judge/verdict.h"

enum {
    HISTORIES = 3000,
    LOOKS = 80,
    SIGNS = 6,            // changes of the reason that count: fewer than are kept
    STEP_MS = 700,        // between two looks at most
    PAUSE_MS = 20000,     // the same, once in a while
    QUIET_MS = 60000,     // without the failure at most, so that it is not forgotten
    FAIL_AFTER_MS = 3000, // at least
};

// A failure from its first look on.
struct history {
    uint64_t random;
    struct verdict *verdict;
    int64_t fail_after;
    int64_t now;
    int64_t step;     // since the look before
    int64_t stood;    // unready since the last sign of progress
    int64_t quiet;    // since the failure was last seen
    bool was_unready; // in the look before
    int reasons;      // so many were seen
    int version;      // that is asked for
    int64_t most;     // ready pods
    int64_t failures; // attempts that failed
    int64_t in_time;  // ... before the time was over
    struct finding f;
    char reason[32], message[32], asked[32];
};

static uint64_t below(struct history *h, uint64_t end)
{
    h->random ^= h->random << 13;
    h->random ^= h->random >> 7;
    h->random ^= h->random << 17;
    return h->random % end;
}

static bool one_in(struct history *h, uint64_t count)
{
    return below(h, count) == 0;
}

static void begin(struct history *h, uint64_t seed)
{
    *h = (struct history){.random = seed * 0x9e3779b97f4a7c15u + 1};
    for (int i = 0; i < 8; i++)
        below(h, 2);
    h->fail_after = FAIL_AFTER_MS + (int64_t)below(h, 20000);
    h->verdict = verdict_new(h->fail_after);
    h->version = 1;
    h->reasons = 1;
}

static void pass_time(struct history *h)
{
    h->step = 1 + (int64_t)below(h, one_in(h, 20) ? PAUSE_MS : STEP_MS);
    h->now += h->step;
}

// Something that leads nearer.
static void make_sign(struct history *h)
{
    uint64_t kind = below(h, 3);

    if (kind == 0 && h->reasons < SIGNS) {
        h->reasons++;
        return;
    }
    if (kind == 1) {
        h->version++;
        h->reasons = 1;
        h->most = (int64_t)below(h, 5);
        return;
    }
    h->most += 1 + (int64_t)below(h, 3);
}

// The failure as one look shows it; all that may differ without leading nearer does.
static void show(struct history *h, bool is_sign)
{
    int reason = is_sign ? h->reasons : 1 + (int)below(h, (uint64_t)h->reasons);

    snprintf(h->reason, sizeof(h->reason), "Reason%d", reason);
    snprintf(h->message, sizeof(h->message), "words %c", (char)('a' + below(h, 26)));
    snprintf(h->asked, sizeof(h->asked), "%d;", h->version);
    if (one_in(h, 4))
        h->failures++;
    h->f = (struct finding){
        .state = READY_FAILING,
        .object = "HelmRelease n/r",
        .reason = h->reason,
        .message = h->message,
        .asked = h->asked,
        .steps = is_sign ? h->most : (int64_t)below(h, (uint64_t)h->most + 1),
        .failures = h->failures,
        .retrying = one_in(h, 3),
    };
}

static const struct finding *see_failing(struct history *h, bool is_sign)
{
    h->stood = is_sign ? 0 : h->stood + (h->was_unready ? h->step : 0);
    h->was_unready = true;
    h->quiet = 0;
    show(h, is_sign);
    return verdict_see(h->verdict, &h->f, 1, h->now);
}

// Ready for a while, on its way, or in an attempt that only shows in what is below it.
static const struct finding *see_other(struct history *h)
{
    static const char *const above[] = {"HelmRelease n/r", NULL};
    struct finding other = {
        .state = READY_PROGRESSING, .object = "HelmRelease n/r", .reason = "R", .message = "m"};
    uint64_t kind = below(h, 3);

    if (kind == 0) {
        h->was_unready = false;
        h->quiet += h->step;
        return verdict_see(h->verdict, NULL, 0, h->now);
    }
    h->stood += h->was_unready ? h->step : 0;
    h->was_unready = true;
    h->quiet += h->step;
    if (kind == 2) {
        other.object = "Deployment n/d";
        other.above = above;
        h->quiet = 0;
    }
    return verdict_see(h->verdict, &other, 1, h->now);
}

static void test_cluster_verdict_property__who_gets_nearer_in_time_is_never_given_up(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct history h;
        const struct finding *final = NULL;
        int64_t sign = 0;

        begin(&h, seed);
        for (int i = 0; i < LOOKS && !final; i++) {
            pass_time(&h);
            // A look that comes too late for the next sign counts as if it came in time.
            if (h.now - sign >= h.fail_after)
                h.now = sign + h.fail_after - 1;
            if (i == 0 || h.now - sign > h.fail_after - STEP_MS || one_in(&h, 10)) {
                if (i > 0)
                    make_sign(&h);
                final = see_failing(&h, true);
                sign = h.now;
            } else {
                final = one_in(&h, 4) ? see_other(&h) : see_failing(&h, false);
            }
        }
        verdict_free(h.verdict);
        if (final)
            fail_msg("history %llu is final", (unsigned long long)seed);
    }
}

// Whether it has to be final by this look, and not before.
static bool is_due(struct history *h)
{
    if (h->stood >= h->fail_after)
        return !h->f.retrying || h->failures > h->in_time;
    h->in_time = h->failures;
    return false;
}

static void test_cluster_verdict_property__what_stands_is_given_up_just_in_time(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct history h;
        uint64_t signs;
        bool was_final = false;

        begin(&h, seed);
        signs = below(&h, LOOKS / 4);
        for (uint64_t i = 0; !was_final; i++) {
            const struct finding *final;
            bool is_sign = i == 0 || (i < signs && one_in(&h, 4));
            bool shows = is_sign || h.quiet > QUIET_MS - PAUSE_MS || !one_in(&h, 4);

            pass_time(&h);
            if (is_sign && i > 0)
                make_sign(&h);
            final = shows ? see_failing(&h, is_sign) : see_other(&h);
            was_final = shows && is_due(&h);
            if (was_final != (final != NULL) || i > 100 * LOOKS)
                fail_msg("history %llu: look %llu after %lld of %lld ms is %sfinal",
                         (unsigned long long)seed, (unsigned long long)i, (long long)h.stood,
                         (long long)h.fail_after, final ? "" : "not ");
        }
        verdict_free(h.verdict);
    }
}

UNIT_MAIN(UNIT(test_cluster_verdict_property__who_gets_nearer_in_time_is_never_given_up),
          UNIT(test_cluster_verdict_property__what_stands_is_given_up_just_in_time))
