// SPDX-License-Identifier: Apache-2.0
// model/kube: lists over several pages, and watches through all that ends them.
#include "test_kube.h"

static int note_object(void *data, const struct node *object, struct err **err)
{
    (void)err;
    assert_string_equal(node_get_str(object, "kind"), "ConfigMap");
    assert_string_equal(node_get_str(object, "apiVersion"), "v1");
    buf_add_str(data, node_str(node_path(object, "metadata", "name")));
    return 0;
}

static void test_kube_watch__lists_go_on_after_an_expired_token(void **state)
{
    struct fixture *f = *state;
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct kube_selection selection = {0};
    size_t count;

    open_scene(f, "pages");
    selection.resource = config_maps(f);
    assert_int_equal(kube_list(f->kube, &selection, note_object, &names, &count, &f->err), 0);
    assert_string_equal(buf_str(&names), "abcd");
    assert_int_equal(count, 4);
}

struct watched {
    struct buf text;
    struct kube_watch *watch;
    const char *until;
    bool stop_at_end; // from inside the callback
};

static void note_change(void *data, enum kube_change change, const struct node *object)
{
    struct watched *w = data;

    assert_null(node_get(node_item(node_path(object, "metadata", "managedFields"), 0), "fieldsV1"));
    buf_printf(&w->text, "%c%s ", "+~-"[change], node_str(node_path(object, "metadata", "name")));
    if (w->stop_at_end && strstr(buf_str(&w->text), w->until)) {
        kube_watch_stop(w->watch);
        w->watch = NULL;
    }
}

static void note_sync(void *data)
{
    buf_add_str(&((struct watched *)data)->text, "synced ");
}

static void note_refusal(void *data, enum kube_reason reason, const struct err *error)
{
    assert_non_null(error);
    buf_add_str(&((struct watched *)data)->text,
                reason == KUBE_FORBIDDEN ? "refused " : "not understood ");
}

static bool has_seen(void *data)
{
    const struct watched *w = data;

    return strstr(buf_str(&w->text), w->until) != NULL;
}

static void watch_until(struct fixture *f, struct watched *w, const char *until)
{
    struct kube_watch_handler handler = {note_change, note_sync, note_refusal, w};
    struct kube_selection selection = {.resource = config_maps(f), .ns = "default"};

    w->text = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    w->until = until;
    w->watch = kube_watch_start(f->kube, &selection, &handler);
    assert_int_equal(loop_run_until(f->loop, has_seen, w, timer_now() + 20000, &f->err), 0);
}

static void test_kube_watch__a_watch_survives_its_life(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};
    const struct node *c;

    open_scene(f, "watch");
    watch_until(f, &w, "-b");
    assert_string_equal(buf_str(&w.text), "+a +b synced +c ~a -a -b ");
    assert_true(kube_watch_synced(w.watch));
    assert_int_equal(kube_watch_count(w.watch), 1);
    c = kube_watch_get(w.watch, SPAN("default"), SPAN("c"));
    assert_string_equal(node_get_str(c, "kind"), "ConfigMap");
    buf_truncate(&w.text, 0);
    assert_int_equal(kube_watch_each(w.watch, note_object, &w.text, &f->err), 0);
    assert_string_equal(buf_str(&w.text), "c");
    buf_free(&w.text);
}

static void test_kube_watch__a_refused_watch_goes_on_trying(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};

    open_scene(f, "refused");
    watch_until(f, &w, "synced");
    assert_string_equal(buf_str(&w.text), "refused synced ");
    kube_watch_stop(w.watch);
    buf_free(&w.text);
}

static void test_kube_watch__good_credentials_may_be_refused_once(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};

    assert_int_equal(open_scene_as(f, "moody", "token: good"), 0);
    watch_until(f, &w, "+a");
    assert_string_equal(buf_str(&w.text), "synced +a ");
    kube_watch_stop(w.watch);
    buf_free(&w.text);
}

// Its bookmarks do not come: what it keeps back is in a list.
static void test_kube_watch__a_silent_watch_lists_again(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};

    f->kube_options.watch_silent_ms = 300;
    open_scene(f, "quiet");
    watch_until(f, &w, "-before");
    assert_string_equal(buf_str(&w.text), "+before synced +after -before ");
    kube_watch_stop(w.watch);
    buf_free(&w.text);
}

static void test_kube_watch__a_watch_can_be_stopped_by_its_callback(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = true};

    open_scene(f, "pages");
    watch_until(f, &w, "+b");
    assert_null(w.watch);
    assert_int_equal(loop_sleep(f->loop, 50, &f->err), 0);
    buf_free(&w.text);
}

// What cannot be read hides nothing beside it, in a list or a stream.
static void test_kube_watch__an_object_that_cannot_be_read_is_named(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};

    open_scene(f, "deep");
    watch_until(f, &w, "+d");
    assert_string_equal(buf_str(&w.text), "+a +c +b synced ~a ~b -c +d ");
    assert_null(kube_watch_get(w.watch, SPAN("default"), SPAN("a")));
    assert_non_null(strstr(kube_watch_unread(w.watch, SPAN("default"), SPAN("a")), "nested"));
    assert_non_null(kube_watch_get(w.watch, SPAN("default"), SPAN("b")));
    assert_null(kube_watch_unread(w.watch, SPAN("default"), SPAN("b")));
    assert_non_null(strstr(buf_str(&f->said), "ConfigMap default/b cannot be read"));
    buf_truncate(&w.text, 0);
    // after what is no event it is listed again, without a word about an unreachable server
    w.until = "-d";
    assert_int_equal(loop_run_until(f->loop, has_seen, &w, timer_now() + 20000, &f->err), 0);
    assert_null(strstr(buf_str(&f->said), "unreachable"));
    kube_watch_stop(w.watch);
    buf_free(&w.text);
}

static void test_kube_watch__a_list_that_is_none_is_told(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};

    open_scene(f, "garbled");
    watch_until(f, &w, "synced");
    assert_string_equal(buf_str(&w.text), "not understood synced ");
    kube_watch_stop(w.watch);
    buf_free(&w.text);
}

static void test_kube_watch__a_list_goes_on_past_what_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct kube_selection selection = {0};
    size_t count;

    open_scene(f, "deep");
    selection.resource = config_maps(f);
    assert_int_equal(kube_list(f->kube, &selection, note_object, &names, &count, &f->err), 0);
    assert_string_equal(buf_str(&names), "ac");
    assert_int_equal(count, 2);
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_kube_watch__lists_go_on_after_an_expired_token),
            UNIT_FIXTURE(test_kube_watch__a_watch_survives_its_life),
            UNIT_FIXTURE(test_kube_watch__a_refused_watch_goes_on_trying),
            UNIT_FIXTURE(test_kube_watch__good_credentials_may_be_refused_once),
            UNIT_FIXTURE(test_kube_watch__a_silent_watch_lists_again),
            UNIT_FIXTURE(test_kube_watch__a_watch_can_be_stopped_by_its_callback),
            UNIT_FIXTURE(test_kube_watch__an_object_that_cannot_be_read_is_named),
            UNIT_FIXTURE(test_kube_watch__a_list_that_is_none_is_told),
            UNIT_FIXTURE(test_kube_watch__a_list_goes_on_past_what_cannot_be_read))
