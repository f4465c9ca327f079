// SPDX-License-Identifier: Apache-2.0
// model/ssa: whether a live object is what an apply would leave. The live objects are as an API
// server stores them, with the fields that the manager "me" has applied.
#include "unit.h"

#include "model/ssa.h"
#include "model/ssa/quantity.h"
#include "support_object.h"

#define OWNED(api, fields)                                                                         \
    "managedFields: [{manager: me, operation: Apply, apiVersion: " api ", fieldsV1: {" fields "}}" \
    "]"

static bool is_applied(const char *wanted, const char *live)
{
    return ssa_is_applied(object(wanted), object(live), "me");
}

// --- scalars ---

#define CONFIG_MAP "apiVersion: v1\nkind: ConfigMap\n"
#define LIVE_MAP(value)                                                                            \
    CONFIG_MAP "metadata: {name: x, uid: u, annotations: {at: '2026-01-01T00:00:00Z'}, " OWNED(    \
        "v1",                                                                                      \
        "'f:metadata': {'f:annotations': {'f:at': {}}}, 'f:data': {'f:a': {}}") "}\ndata: {a: "    \
                                                                                "'" value "'}\n"
#define WANTED_MAP(at, value)                                                                      \
    CONFIG_MAP "metadata: {name: x, annotations: {at: '" at "'}}\ndata: {a: '" value "'}\n"

static void test_ssa_compare__texts_that_look_like_numbers_are_texts(void **state)
{
    (void)state;
    assert_true(is_applied(WANTED_MAP("2026-01-01T00:00:00Z", "2"), LIVE_MAP("2")));
    assert_false(is_applied(WANTED_MAP("2026-01-01T00:00:00Z", "2000m"), LIVE_MAP("2")));
    assert_false(is_applied(WANTED_MAP("2026-01-01T00:00:00Z", "2.30"), LIVE_MAP("2.3")));
    assert_false(is_applied(WANTED_MAP("2026-01-01T00:00:01Z", "2"), LIVE_MAP("2")));
}

static void test_ssa_compare__what_is_not_owned_yet_has_to_be_applied(void **state)
{
    (void)state;
    assert_false(ssa_is_applied(object(WANTED_MAP("2026-01-01T00:00:00Z", "2")),
                                object(LIVE_MAP("2")), "someone"));
    assert_false(is_applied(CONFIG_MAP "metadata: {name: x}\ndata: {a: '2', b: '1'}\n",
                            LIVE_MAP("2', b: '1")));
    // owned, and not wanted any more
    assert_false(is_applied(CONFIG_MAP "metadata: {name: x}\ndata: {a: '2'}\n", LIVE_MAP("2")));
}

static void test_ssa_compare__a_field_of_another_api_version_is_not_certain(void **state)
{
    static const char *const format =
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x, " OWNED(
            "autoscaling/%s", "'f:spec': {'f:maxReplicas': {}}") "}\nspec: {maxReplicas: 2}\n";
    static const char *const wanted =
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\n"
        "spec: {maxReplicas: 2}\n";
    char text[512];

    (void)state;
    snprintf(text, sizeof(text), format, "v2");
    assert_true(is_applied(wanted, text));
    snprintf(text, sizeof(text), format, "v1");
    assert_false(is_applied(wanted, text));
}

// --- quantities ---

static void test_ssa_quantity__as_the_server_stores_it(void **state)
{
    static const struct {
        const char *text, *stored;
    } cases[] = {
        {"1000m", "1"},
        {"0.5", "500m"},
        {"1500m", "1500m"},
        {"1024Mi", "1Gi"},
        {"1.5Gi", "1536Mi"},
        {"100000", "100k"},
        {"1000", "1k"},
        {"0", "0"},
        {"0Mi", "0"},
        {"0.5Ki", "512"},
        {"0.1Ki", "102400m"},
        {"64Mi", "64Mi"},
        {"1000000n", "1m"},
        {"1e3", NULL},
        {"1.500", NULL},
        {"-1", NULL},
        {"+1", NULL},
        {"01", NULL},
        {"1.", NULL},
        {"", NULL},
        {"1Kib", NULL},
        {"1.1.1", NULL},
        {"0.1n", NULL},
        {"x", NULL},
        {"9223372036854775807", NULL},
        {"8Ei", NULL},
        {"1024", "1024"},
        {"1Ki", "1Ki"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char stored[QUANTITY_TEXT_BYTES] = "";
        bool known = quantity_stored(span_str(cases[i].text), stored);

        if (known != (cases[i].stored != NULL) || (known && strcmp(stored, cases[i].stored) != 0))
            fail_msg("'%s' became '%s'", cases[i].text, known ? stored : "unknown");
    }
}

#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\n"
#define CONTAINER(fields)                                                                          \
    OWNED("apps/v1", "'f:spec': {'f:template': {'f:spec': {'f:containers': "                       \
                     "{'k:{\"name\":\"c\"}': {'.': {}, 'f:name': {}, " fields "}}}}}")
#define WANTED_CONTAINER(more)                                                                     \
    DEPLOYMENT "metadata: {name: x}\nspec: {template: {spec: {containers: [{name: c, " more        \
               "}]}}}\n"
#define LIVE_CONTAINER(fields, more)                                                               \
    DEPLOYMENT "metadata: {name: x, " CONTAINER(                                                   \
        fields) "}\nspec: {replicas: 1, template: {spec: "                                         \
                "{restartPolicy: Always, containers: [{name: c, imagePullPolicy: Always, " more    \
                "}]}}}\n"

static void test_ssa_compare__quantities_only_where_kubernetes_has_them(void **state)
{
    static const char *const live =
        LIVE_CONTAINER("'f:resources': {'f:limits': {'f:cpu': {}, 'f:memory': {}}}",
                       "resources: {limits: {cpu: '1', memory: 1Gi}}");
    static const char *const other =
        "apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: x, " OWNED(
            "example.com/v1",
            "'f:spec': {'f:limits': {'f:cpu': {}}}") "}\n"
                                                     "spec: {limits: {cpu: '1'}}\n";

    (void)state;
    assert_true(
        is_applied(WANTED_CONTAINER("resources: {limits: {cpu: 1000m, memory: 1024Mi}}"), live));
    assert_true(is_applied(WANTED_CONTAINER("resources: {limits: {cpu: 1, memory: 1Gi}}"), live));
    assert_false(
        is_applied(WANTED_CONTAINER("resources: {limits: {cpu: 1001m, memory: 1Gi}}"), live));
    // the same number of bytes, which the server would write with another unit
    assert_false(
        is_applied(WANTED_CONTAINER("resources: {limits: {cpu: 1, memory: '1073741824'}}"), live));
    assert_false(is_applied("apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: x}\n"
                            "spec: {limits: {cpu: 1000m}}\n",
                            other));
    assert_false(is_applied(WANTED_CONTAINER("image: 'i:2.30'"),
                            LIVE_CONTAINER("'f:image': {}", "image: 'i:2.3'")));
    assert_false(is_applied(WANTED_CONTAINER("image: '2.30'"),
                            LIVE_CONTAINER("'f:image': {}", "image: '2.3'")));
}

// --- atomic lists and maps ---

#define POLICY "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
#define LIVE_POLICY(spec)                                                                          \
    POLICY "metadata: {name: x, " OWNED(                                                           \
        "networking.k8s.io/v1",                                                                    \
        "'f:spec': {'f:podSelector': {}, 'f:ingress': {}}") "}\nspec: {podSelector: " spec         \
                                                            ", policyTypes: [Ingress]}\n"
#define WANTED_POLICY(spec) POLICY "metadata: {name: x}\nspec: {podSelector: " spec "}\n"

static void test_ssa_compare__an_atomic_map_has_nothing_else(void **state)
{
    static const char *const live =
        LIVE_POLICY("{matchLabels: {a: b, c: d}}, ingress: [{ports: [{port: 80, protocol: TCP}]}]");

    (void)state;
    assert_true(is_applied(
        WANTED_POLICY("{matchLabels: {c: d, a: b}}, ingress: [{ports: [{port: 80}]}]"), live));
    // a label removed; all of them
    assert_false(
        is_applied(WANTED_POLICY("{matchLabels: {a: b}}, ingress: [{ports: [{port: 80}]}]"), live));
    assert_false(is_applied(WANTED_POLICY("{}, ingress: [{ports: [{port: 80}]}]"), live));
    // what the server puts in is known, and nothing but that
    assert_false(is_applied(
        WANTED_POLICY("{matchLabels: {a: b, c: d}}, ingress: [{ports: [{port: 80}]}]"),
        LIVE_POLICY(
            "{matchLabels: {a: b, c: d}}, ingress: [{ports: [{port: 80, protocol: UDP}]}]")));
}

#define RELEASE "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
#define WANTED_RELEASE(from) RELEASE "metadata: {name: x}\nspec: {valuesFrom: " from "}\n"
#define LIVE_RELEASE(from)                                                                         \
    RELEASE "metadata: {name: x, " OWNED(                                                          \
        "helm.toolkit.fluxcd.io/v2",                                                               \
        "'f:spec': {'f:valuesFrom': {}}") "}\nspec: {valuesFrom: " from "}\n"

static void test_ssa_compare__an_atomic_list_is_the_same_list(void **state)
{
    static const char *const live =
        LIVE_RELEASE("[{kind: Secret, name: a}, {kind: ConfigMap, name: b, optional: true}]");

    (void)state;
    assert_true(is_applied(
        WANTED_RELEASE("[{kind: Secret, name: a}, {kind: ConfigMap, name: b, optional: true}]"),
        live));
    // an entry removed, moved, with a field less, empty, and null
    assert_false(is_applied(WANTED_RELEASE("[{kind: Secret, name: a}]"), live));
    assert_false(is_applied(
        WANTED_RELEASE("[{kind: ConfigMap, name: b, optional: true}, {kind: Secret, name: a}]"),
        live));
    assert_false(
        is_applied(WANTED_RELEASE("[{kind: Secret, name: a}, {kind: ConfigMap, name: b}]"), live));
    assert_false(is_applied(WANTED_RELEASE("[]"), live));
    assert_false(is_applied(WANTED_RELEASE("null"), live));
}

// --- keyed lists and sets ---

#define INIT(...)                                                                                  \
    "{template: {spec: {initContainers: [" __VA_ARGS__ "], containers: [{name: c}]}}}\n"
#define LIVE_INIT(...)                                                                             \
    DEPLOYMENT "metadata: {name: x, " OWNED(                                                       \
        "apps/v1",                                                                                 \
        "'f:spec': {'f:template': {'f:spec': {'f:containers': {'k:{\"name\":\"c\"}': {'.': {}, "   \
        "'f:name': {}}}, 'f:initContainers': {'k:{\"name\":\"a\"}': {'.': {}, 'f:name': {}}, "     \
        "'k:{\"name\":\"b\"}': {'.': {}, 'f:name': {}}}}}}") "}\nspec: " INIT(__VA_ARGS__)
#define WANTED_INIT(...) DEPLOYMENT "metadata: {name: x}\nspec: " INIT(__VA_ARGS__)

static void test_ssa_compare__keyed_lists_are_in_order(void **state)
{
    static const char *const wanted = WANTED_INIT("{name: a}, {name: b}");

    (void)state;
    assert_true(is_applied(wanted, LIVE_INIT("{name: a}, {name: b}")));
    // what others put in stays where it is
    assert_true(is_applied(wanted, LIVE_INIT("{name: z}, {name: a}, {name: y}, {name: b}")));
    assert_false(is_applied(wanted, LIVE_INIT("{name: b}, {name: a}")));
    assert_false(is_applied(wanted, LIVE_INIT("{name: a}")));
    // an apply merges elements of one name
    assert_false(is_applied(wanted, LIVE_INIT("{name: a}, {name: b}, {name: b}")));
    assert_false(is_applied(WANTED_INIT("{name: a}"), LIVE_INIT("{name: a}, {name: b}")));
    assert_false(is_applied(WANTED_INIT("{name: a}, {name: b}, {name: d}"),
                            LIVE_INIT("{name: a}, {name: b}, {name: d}")));
}

#define SERVICE "apiVersion: v1\nkind: Service\n"
#define LIVE_SERVICE(ports)                                                                        \
    SERVICE "metadata: {name: x, " OWNED(                                                          \
        "v1", "'f:spec': {'f:ports': {'k:{\"port\":53,\"protocol\":\"TCP\"}': {'.': {}, "          \
              "'f:name': {}, 'f:port': {}}, 'k:{\"port\":53,\"protocol\":\"UDP\"}': {'.': {}, "    \
              "'f:name': {}, 'f:port': {}, 'f:protocol': {}}}}") "}\nspec: {clusterIP: 10.0.0.1, " \
                                                                 "ports: " ports "}\n"
#define WANTED_SERVICE(ports) SERVICE "metadata: {name: x}\nspec: {ports: " ports "}\n"

static void test_ssa_compare__a_key_has_its_default(void **state)
{
    static const char *const live =
        LIVE_SERVICE("[{name: t, port: 53, protocol: TCP, targetPort: 53}, "
                     "{name: u, port: 53, protocol: UDP, targetPort: 53}]");

    (void)state;
    assert_true(is_applied(
        WANTED_SERVICE("[{name: t, port: 53}, {name: u, port: 53, protocol: UDP}]"), live));
    assert_false(is_applied(
        WANTED_SERVICE("[{name: u, port: 53}, {name: t, port: 53, protocol: UDP}]"), live));
    assert_false(is_applied(
        WANTED_SERVICE("[{name: t, port: 53}, {name: u, port: 54, protocol: UDP}]"), live));
}

#define LIVE_SET(list)                                                                             \
    CONFIG_MAP "metadata: {name: x, finalizers: " list ", " OWNED(                                 \
        "v1", "'f:metadata': {'f:finalizers': {'v:\"a/b\"': {}, 'v:\"c/d\"': {}}}") "}\n"
#define WANTED_SET(list) CONFIG_MAP "metadata: {name: x, finalizers: " list "}\n"

static void test_ssa_compare__sets_are_in_order(void **state)
{
    (void)state;
    assert_true(is_applied(WANTED_SET("[a/b, c/d]"), LIVE_SET("[a/b, e/f, c/d]")));
    assert_false(is_applied(WANTED_SET("[a/b, c/d]"), LIVE_SET("[c/d, a/b]")));
    assert_false(is_applied(WANTED_SET("[a/b]"), LIVE_SET("[a/b, c/d]")));
    assert_false(is_applied(WANTED_SET("[a/b, e/f]"), LIVE_SET("[a/b, e/f]")));
}

// --- what is empty ---

#define CLASS "apiVersion: storage.k8s.io/v1\nkind: StorageClass\n"

static void test_ssa_compare__what_the_server_drops_is_there(void **state)
{
    static const char *const class = CLASS "metadata: {name: x, " OWNED(
        "storage.k8s.io/v1", "'f:parameters': {}, 'f:provisioner': {}") "}\nprovisioner: p\n";
    static const char *const other =
        "apiVersion: example.com/v1\nkind: StorageClass\nmetadata: {name: x, " OWNED(
            "example.com/v1", "'f:parameters': {}") "}\n";
    static const char *const pod = LIVE_CONTAINER(
        "'f:env': {'k:{\"name\":\"E\"}': {'.': {}, 'f:name': {}, 'f:value': {}}}, 'f:tty': {}",
        "env: [{name: E}]");

    (void)state;
    assert_true(is_applied(CLASS "metadata: {name: x}\nprovisioner: p\nparameters: {}\n", class));
    assert_false(
        is_applied(CLASS "metadata: {name: x}\nprovisioner: p\nparameters: {a: b}\n", class));
    assert_false(is_applied(
        "apiVersion: example.com/v1\nkind: StorageClass\nmetadata: {name: x}\nparameters: {}\n",
        other));
    assert_true(is_applied(WANTED_CONTAINER("env: [{name: E, value: ''}], tty: false"), pod));
    assert_false(is_applied(WANTED_CONTAINER("env: [{name: E, value: ''}], tty: true"), pod));
    // null may have been applied there before: false is stored, where null is not
    assert_false(is_applied(
        DEPLOYMENT "metadata: {name: x}\nspec: {automountServiceAccountToken: false}\n",
        DEPLOYMENT "metadata: {name: x, " OWNED(
            "apps/v1", "'f:spec': {'f:automountServiceAccountToken': {}}") "}\nspec: {}\n"));
}

static void test_ssa_compare__habits_of_generators_are_no_change(void **state)
{
    static const char *const fields =
        "'f:spec': {'f:strategy': {}, 'f:template': {'f:metadata': {'f:creationTimestamp': {}}}}";
    char live[1024];

    (void)state;
    snprintf(live, sizeof(live),
             DEPLOYMENT "metadata: {name: x, creationTimestamp: '2026-01-01T00:00:00Z', "
                        "managedFields: [{manager: me, operation: Apply, apiVersion: apps/v1, "
                        "fieldsV1: {%s}}]}\nspec: {strategy: {type: RollingUpdate, rollingUpdate: "
                        "{maxSurge: 25%%, maxUnavailable: 25%%}}, template: {metadata: {}}}\n",
             fields);
    assert_true(is_applied(DEPLOYMENT
                           "metadata: {name: x, creationTimestamp: null}\nspec: {strategy: {}, "
                           "template: {metadata: {creationTimestamp: null}}}\nstatus: {}\n",
                           live));
}

static void test_ssa_compare__nothing_wanted_is_nothing_owned(void **state)
{
    static const char *const bare = CONFIG_MAP "metadata: {name: x, labels: {other: '1'}}\n";

    (void)state;
    // a name is not a field that one owns; labels of others stay
    assert_true(is_applied(CONFIG_MAP "metadata: {name: x}\n", bare));
    assert_true(is_applied(CONFIG_MAP "metadata: {name: x, labels: {}}\ndata: {}\n", bare));
    assert_false(is_applied(CONFIG_MAP "metadata: {name: x}\ndata: {a: b}\n", bare));
    // the server refuses an empty value of another type
    assert_false(is_applied(CONFIG_MAP "metadata: {name: x}\ndata: []\n", bare));
    assert_false(is_applied(CONFIG_MAP "metadata: {name: x, labels: ''}\n", bare));
    assert_true(is_applied(CONFIG_MAP "metadata: {name: x}\nstatus: {}\n", bare));
    assert_false(is_applied(CONFIG_MAP "metadata: {name: x}\nstatus: []\n", bare));
}

// --- secrets ---

#define SECRET "apiVersion: v1\nkind: Secret\n"

static void test_ssa_compare__string_data_is_found_in_data(void **state)
{
    static const char *const live = SECRET
        "metadata: {name: x, " OWNED("v1", "'f:stringData': {'f:a': {}}") "}\ndata: {a: Zm9v}\n";

    (void)state;
    assert_true(is_applied(SECRET "metadata: {name: x}\nstringData: {a: foo}\n", live));
    assert_false(is_applied(SECRET "metadata: {name: x}\nstringData: {a: fop}\n", live));
    assert_false(is_applied(SECRET "metadata: {name: x}\nstringData: {a: foo, b: c}\n", live));
    assert_false(is_applied(SECRET "metadata: {name: x}\nstringData: {}\n", live));
}

// --- answers of dry runs ---

static void test_ssa_compare__dry_run_differs_in_substance_only(void **state)
{
    struct node *a =
        object("metadata: {name: x, resourceVersion: '1', labels: {a: b}}\nspec: {n: 1}\n"
               "status: {x: 1}");
    struct node *b =
        object("metadata: {name: x, resourceVersion: '2', labels: {a: b}}\nspec: {n: 1}");
    struct node *c = object("metadata: {name: x, labels: {a: c}}\nspec: {n: 1}");
    struct node *e = object("metadata: {name: x, labels: {a: b}}\nspec: {n: 1, m: 2}");

    (void)state;
    assert_false(ssa_differs(a, b, "me"));
    assert_true(ssa_differs(a, c, "me"));
    assert_true(ssa_differs(a, e, "me"));
    assert_true(ssa_differs(e, a, "me"));
}

static void test_ssa_compare__dry_run_differs_in_what_is_owned(void **state)
{
    struct node *none = object("metadata: {name: x}\nstatus: {x: 1}");
    struct node *ours =
        object("metadata: {name: x, " OWNED("v1", "'f:status': {'f:x': {}}") "}\nstatus: {x: 1}");
    struct node *more =
        object("metadata: {name: x, " OWNED("v1", "'f:status': {'f:x': {}}") "}\nstatus: {x: 2}");

    (void)state;
    assert_true(ssa_differs(none, ours, "me"));
    assert_false(ssa_differs(none, ours, "someone"));
    // a status that has no API of its own is applied with the rest
    assert_true(ssa_differs(ours, more, "me"));
    assert_false(ssa_differs(ours, more, "someone"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_ssa_compare__texts_that_look_like_numbers_are_texts),
        UNIT(test_ssa_compare__what_is_not_owned_yet_has_to_be_applied),
        UNIT(test_ssa_compare__a_field_of_another_api_version_is_not_certain),
        UNIT(test_ssa_quantity__as_the_server_stores_it),
        UNIT(test_ssa_compare__quantities_only_where_kubernetes_has_them),
        UNIT(test_ssa_compare__an_atomic_map_has_nothing_else),
        UNIT(test_ssa_compare__an_atomic_list_is_the_same_list),
        UNIT(test_ssa_compare__keyed_lists_are_in_order),
        UNIT(test_ssa_compare__a_key_has_its_default),
        UNIT(test_ssa_compare__sets_are_in_order),
        UNIT(test_ssa_compare__what_the_server_drops_is_there),
        UNIT(test_ssa_compare__habits_of_generators_are_no_change),
        UNIT(test_ssa_compare__nothing_wanted_is_nothing_owned),
        UNIT(test_ssa_compare__string_data_is_found_in_data),
        UNIT(test_ssa_compare__dry_run_differs_in_substance_only),
        UNIT(test_ssa_compare__dry_run_differs_in_what_is_owned),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
