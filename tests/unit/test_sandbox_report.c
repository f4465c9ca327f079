// SPDX-License-Identifier: Apache-2.0
// cmd/sandbox/report: what people and programs read at the end of down.
#include "unit.h"

#include "cmd/sandbox/report.h"

struct fixture {
    struct buf out;
    struct command_env env;
    struct sandbox sandbox;
    struct down down;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->out = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    f->env.out = &f->out;
    f->sandbox.env = &f->env;
    f->sandbox.arena = f->down.result.arena = arena_new();
    phases_begin(&f->sandbox.phases, "down");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    phases_free(&f->sandbox.phases);
    arena_free(f->sandbox.arena);
    buf_free(&f->out);
    free(f);
    return 0;
}

static struct identity object(const char *kind, const char *ns, const char *name)
{
    return (struct identity){SPAN_EMPTY, span_str(kind), span_str(ns), span_str(name)};
}

static void keep(struct fixture *f, struct identity id, const char *why, bool left)
{
    vec_push_arena(f->down.result.arena, &f->down.result.kept,
                   (struct teardown_kept){.id = id, .why = why, .data = !left, .left = left});
}

static void leave(struct fixture *f)
{
    vec_push_arena(f->down.result.arena, &f->down.result.leftovers,
                   (struct leftover){.id = object("Namespace", "", "app"),
                                     .cause = "somebody else's",
                                     .why = "has ConfigMap app/theirs",
                                     .next = "kubectl delete configmap -n app theirs"});
}

static void test_report_teardown__only_phases_with_something_to_do(void **state)
{
    struct fixture *f = *state;

    f->down.result.times[TEARDOWN_RELEASES] =
        (struct teardown_time){.took_ms = 5000, .waited_ms = 4000, .removed = 7};
    report_teardown(&f->sandbox, &f->down.result, NULL);
    f->down.is_clean = true;
    report_result(&f->sandbox, &f->down, NULL, NULL);
    assert_string_equal(buf_str(&f->out),
                        "PHASE                STATE       OBJECTS  CHANGED     TIME  WAITING\n"
                        "releases             done                       7       5s       4s\n"
                        "all                                                     5s       4s\n"
                        "\nnothing is left\n");
}

static void test_report_teardown__the_phase_that_it_ended_in(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;

    f->down.result.times[TEARDOWN_SUSPEND].took_ms = 10;
    f->down.result.times[TEARDOWN_RELEASES].took_ms = 10;
    err_set(&err, ERR_TIMEOUT, "time is over");
    report_teardown(&f->sandbox, &f->down.result, err);
    assert_int_equal(f->sandbox.phases.list.len, 2);
    assert_string_equal(f->sandbox.phases.list.items[0].state, "done");
    assert_string_equal(f->sandbox.phases.list.items[1].state, "timed out");
}

static void test_report_result__what_stays_and_what_is_left_are_told_apart(void **state)
{
    struct fixture *f = *state;

    keep(f, object("PersistentVolumeClaim", "db", "data-0"), "data", false);
    keep(f, object("Namespace", "", "app"), "somebody else's", true);
    leave(f);
    report_result(&f->sandbox, &f->down, NULL, NULL);
    assert_non_null(strstr(buf_str(&f->out),
                           "\nkept:\n  PersistentVolumeClaim db/data-0: data\n"
                           "\nleft:\n  somebody else's\n"
                           "    Namespace app: has ConfigMap app/theirs\n"
                           "      next: kubectl delete configmap -n app theirs\n"));
    assert_null(strstr(buf_str(&f->out), "nothing is left"));
}

static void test_report_result__as_json(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;

    f->env.json = true;
    keep(f, object("PersistentVolumeClaim", "db", "data-0"), "data", false);
    leave(f);
    err_set(&err, ERR_LEFTOVERS, "1 object is left");
    err_hint(&err, "see to it");
    report_result(&f->sandbox, &f->down, NULL, err);
    assert_string_equal(
        buf_str(&f->out),
        "{\"phases\":[],\"milliseconds\":0,\"waitingMilliseconds\":0,"
        "\"kept\":[{\"object\":\"PersistentVolumeClaim "
        "db/data-0\",\"why\":\"data\",\"data\":true}],"
        "\"leftovers\":[{\"cause\":\"somebody else's\",\"kind\":\"Namespace\",\"name\":\"app\","
        "\"why\":\"has ConfigMap app/theirs\",\"next\":\"kubectl delete configmap -n app "
        "theirs\"}],"
        "\"notes\":[],\"findings\":[],"
        "\"error\":{\"kind\":\"leftovers\",\"text\":\"1 object is left\",\"hint\":\"see to "
        "it\"}}\n");
}

UNIT_MAIN(UNIT_FIXTURE(test_report_teardown__only_phases_with_something_to_do),
          UNIT_FIXTURE(test_report_teardown__the_phase_that_it_ended_in),
          UNIT_FIXTURE(test_report_result__what_stays_and_what_is_left_are_told_apart),
          UNIT_FIXTURE(test_report_result__as_json))
