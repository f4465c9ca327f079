// SPDX-License-Identifier: Apache-2.0
#include "base/budget.h"

#include <sys/random.h>

#include "base/timer.h"

struct budget budget_or(const struct budget *own, const struct budget *rest)
{
    return (struct budget){
        .deadline = own->deadline ? own->deadline : rest->deadline,
        .cancel = own->cancel ? own->cancel : rest->cancel,
        .attempts = own->attempts ? own->attempts : rest->attempts,
        .pause_most_ms = own->pause_most_ms ? own->pause_most_ms : rest->pause_most_ms,
    };
}

int64_t budget_deadline(const struct budget *b)
{
    return b->deadline ? b->deadline : TIMER_NEVER;
}

bool budget_is_over(const struct budget *b)
{
    return timer_now() >= budget_deadline(b);
}

static int64_t pause_ms(const struct budget *b, int n)
{
    int64_t most = b->pause_most_ms ? b->pause_most_ms : BUDGET_PAUSE_MOST_MS;
    int64_t pause = BUDGET_PAUSE_FIRST_MS;
    uint32_t dice = 0;

    for (int i = 1; i < n && pause < most; i++)
        pause *= 2;
    if (pause > most)
        pause = most;
    if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) < 0)
        dice = (uint32_t)timer_now();
    return pause / 2 + dice % (pause / 2 + 1);
}

int64_t budget_repeat_at(const struct budget *b, int n, int64_t retry_after_ms)
{
    int64_t pause = pause_ms(b, n), at;

    if (cancel_requested(b->cancel) || (b->attempts && n >= b->attempts))
        return 0;
    at = timer_add(timer_now(), pause > retry_after_ms ? pause : retry_after_ms);
    return at < budget_deadline(b) ? at : 0;
}
