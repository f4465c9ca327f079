// SPDX-License-Identifier: Apache-2.0
// Files of keys: what is read of a plain one is written so that it is read again; an encrypted one
// that nobody can have made is refused before it costs anything.
#include "fuzz.h"

#include "io/crypto.h"
#include "model/seal.h"

enum { LOG_N_AT = 16, LOG_N_CHEAP = 10 };

// What would be run for half a second is left out: the fuzzer is after the parser.
static bool is_cheap(struct span file)
{
    return file.len <= LOG_N_AT + 2 ||
           ((unsigned char)file.ptr[LOG_N_AT] <= LOG_N_CHEAP && (unsigned char)file.ptr[17] <= 1);
}

static void unlock(struct span file)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(crypto_buf_wipe) = BUF_INIT(FUZZ_TEXT_MAX);

    if (is_cheap(file) && seal_unlock(file, SPAN("open"), "input", &out, &err) < 0)
        fuzz_check_error(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct seal_keys first CLEANUP(seal_keys_free), again CLEANUP(seal_keys_free);
    struct span text = span_of(data, size);

    seal_keys_init(&first);
    seal_keys_init(&again);
    if (seal_is_locked(text)) {
        unlock(text);
        return 0;
    }
    if (seal_keys_read(&first, text, "input", &err) < 0) {
        fuzz_check_error(err);
        return 0;
    }
    seal_keys_write(&first, &out);
    FUZZ_CHECK(seal_keys_read(&again, buf_span(&out), "written", &err) == 0);
    FUZZ_CHECK(again.items.len == first.items.len);
    return 0;
}
