// SPDX-License-Identifier: Apache-2.0
// Processor time of the fastest of a few runs; memory as the peak of a child process.
#include "support_measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#include "base/helper.h"

#define RUNS 3
#define ROUNDS 4
#define MEMORY_RATIO 4
#define MEMORY_FLOOR_BYTES ((size_t)32 << 20)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 // a sanitizer keeps freed memory, and more beside all of it
#endif
// Its shadow falls out of the caches sooner; what is quadratic still takes 16 times as long.
#define TIME_RATIO (SANITIZED ? 10 : 6)

static double seconds(measure_fn *work, struct span input)
{
    double best = 0;

    for (int i = 0; i < RUNS; i++) {
        struct timespec from, to;
        double taken;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        work(input);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        taken = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
        best = i == 0 || taken < best ? taken : best;
    }
    return best;
}

static size_t peak_bytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss * 1024;
}

static size_t bytes(measure_fn *work, struct span input)
{
    int ends[2];
    size_t taken = 0;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    helpers_end(); // they do not come along
    child = fork();
    if (child == 0) {
        size_t before = peak_bytes();

        work(input);
        taken = peak_bytes() - before;
        _exit(write(ends[1], &taken, sizeof(taken)) == sizeof(taken) ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &taken, sizeof(taken)), sizeof(taken));
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return taken;
}

void assert_frugal(measure_fn *work, struct span input)
{
    size_t taken, most = MEMORY_RATIO * input.len + MEMORY_FLOOR_BYTES;

    if (SANITIZED)
        return;
    taken = bytes(work, input);
    if (taken > most)
        fail_msg("%zu bytes of input take %zu KiB of memory, more than %zu", input.len, taken >> 10,
                 most >> 10);
}

// A machine that is busy with something else may slow one of the two down; what is quadratic takes
// too long each time.
void assert_as_fast(measure_fn *work, struct span peer, struct span input)
{
    double peer_time = 0, time = 0;

    for (int i = 0; i < ROUNDS; i++) {
        peer_time = seconds(work, peer);
        time = seconds(work, input);
        if (time <= TIME_RATIO * peer_time)
            return;
    }
    fail_msg("%zu bytes take %.1f ms, %zu bytes %.1f ms", peer.len, peer_time * 1000, input.len,
             time * 1000);
}

void assert_linear(measure_fn *work, struct span small, struct span large)
{
    assert_as_fast(work, small, large);
    assert_frugal(work, small);
    assert_frugal(work, large);
}
