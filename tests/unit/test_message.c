// SPDX-License-Identifier: Apache-2.0
// base/message: what the Kubernetes API says, as people read it.
#include "unit.h"

#include "base/mem.h"
#include "base/message.h"

static void expect(const char *text, const char *want)
{
    char *line CLEANUP(mem_cleanup) = message_line(span_str(text));

    assert_string_equal(line, want);
}

static void test_message__takes_quoting_back(void **state)
{
    (void)state;
    expect("secret \\\"db\\\" not found", "secret \"db\" not found");
    // quoted twice, as a message in a message
    expect("failed: \\\\\\\"a\\\\\\\"", "failed: \"a\"");
    expect("one\\ttwo", "one two");
    expect("", "");
}

static void test_message__keeps_backslashes_of_the_text(void **state)
{
    (void)state;
    expect("regex '(\\.[a-z]+)*'", "regex '(\\.[a-z]+)*'");
    expect("\\\\server", "\\server");
    expect("ends with \\", "ends with \\");
}

static void test_message__is_one_line(void **state)
{
    (void)state;
    expect("first\nsecond.\n", "first; second");
    expect("first\\nsecond\\n\\n  third", "first; second; third");
    expect("in the following chart(s):\ndemo:\n- at '/replicas': got string",
           "in the following chart(s): demo: - at '/replicas': got string");
    expect("a\x1b[31mb\r\nc", "a [31mb; c");
}

static void test_message__leaves_long_refused_values_out(void **state)
{
    (void)state;
    expect("Job.batch \"once\" is invalid: spec.template: Invalid value: "
           "core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:\"\", Labels:map[string]string{"
           "\"a\":\"b: c\"}}}: field is immutable",
           "Job.batch \"once\" is invalid: spec.template: field is immutable");
    expect(
        "spec.clusterIPs[0]: Invalid value: []string{\"10.96.0.10000000000000000000000000000\"}: "
        "may not change once set",
        "spec.clusterIPs[0]: may not change once set");
    expect("a: Invalid value: {\"m\":{\"n\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}: no, b: "
           "Invalid value: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\": must not",
           "a: no, b: must not");
    // cut short by whoever stored it
    expect("a: Invalid value: {\"m\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
           "a: Invalid value: …");
}

static void test_message__leaves_comparisons_out(void **state)
{
    (void)state;
    expect("spec: Forbidden: spec is immutable after creation\n@@ -1,6 +1,6 @@\n {\n  "
           "\"AccessModes\": [\n",
           "spec: Forbidden: spec is immutable after creation");
}

static void test_message__keeps_short_refused_values(void **state)
{
    (void)state;
    expect("spec.replicas: Invalid value: -1: must be greater than or equal to 0",
           "spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    expect("metadata.name: Invalid value: \"A\": a lowercase RFC 1123 label",
           "metadata.name: Invalid value: \"A\": a lowercase RFC 1123 label");
    expect("Invalid value: ", "Invalid value:");
}

static void test_message__names_an_image_once(void **state)
{
    (void)state;
    expect("rpc error: code = NotFound desc = failed to pull and unpack image \"g/a:1\": failed to "
           "resolve reference \"g/a:1\": g/a:1: not found",
           "g/a:1: not found");
    expect(
        "Back-off pulling image \"g/a:1\": ErrImagePull: rpc error: code = NotFound desc = failed "
        "to pull and unpack image \"g/a:1\": failed to resolve reference \"g/a:1\": g/a:1: not "
        "found",
        "g/a:1: not found");
    expect("Failed to pull image \"g/a:1\": rpc error: code = NotFound desc = failed to pull and "
           "unpack image \"g/a:1\": failed to resolve reference \"g/a:1\": g/a:1: not found",
           "g/a:1: not found");
    // what follows does not name it again
    expect("failed to pull and unpack image \"g/a:1\": failed to resolve reference \"g/a:1\": "
           "failed to "
           "do request: Head \"https://g/v2/a/manifests/1\": dial tcp: lookup g: no such host",
           "failed to resolve reference \"g/a:1\": failed to do request: Head "
           "\"https://g/v2/a/manifests/1\": dial tcp: lookup g: no such host");
    expect("Back-off pulling image \"g/a:1\"", "Back-off pulling image \"g/a:1\"");
    expect("rpc error: code = Unknown", "rpc error: code = Unknown");
}

UNIT_MAIN(UNIT(test_message__takes_quoting_back), UNIT(test_message__names_an_image_once),
          UNIT(test_message__keeps_backslashes_of_the_text), UNIT(test_message__is_one_line),
          UNIT(test_message__leaves_long_refused_values_out),
          UNIT(test_message__leaves_comparisons_out),
          UNIT(test_message__keeps_short_refused_values))
