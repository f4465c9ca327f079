// SPDX-License-Identifier: Apache-2.0
// Formatting on the way into the event sink.
#include "base/report.h"

#include "base/mem.h"
#include "base/url.h"

void report_event(struct report *r, const struct report_event *event)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    char *finding CLEANUP(mem_cleanup) = NULL;
    struct report_event masked = *event;

    if (!r)
        return;
    text = url_masked(event->text);
    masked.text = text;
    if (event->finding)
        finding = url_masked(event->finding);
    masked.finding = finding;
    r->emit(r, &masked);
}

static PRINTF(3, 0) void emit(struct report *r, struct report_event event, const char *fmt,
                              va_list args)
{
    char *text CLEANUP(mem_cleanup) = mem_vprintf(fmt, args);

    event.text = text;
    report_event(r, &event);
}

void report_info(struct report *r, const char *component, const char *fmt, ...)
{
    va_list args;

    if (!r)
        return;
    va_start(args, fmt);
    emit(r, (struct report_event){.level = REPORT_INFO, .component = component}, fmt, args);
    va_end(args);
}

void report_warn(struct report *r, const char *component, const char *fmt, ...)
{
    va_list args;

    if (!r)
        return;
    va_start(args, fmt);
    emit(r, (struct report_event){.level = REPORT_WARN, .component = component}, fmt, args);
    va_end(args);
}

void report_trace(struct report *r, const char *component, const char *fmt, ...)
{
    va_list args;

    if (!r || !r->traces || !r->traces(r, component))
        return;
    va_start(args, fmt);
    emit(r, (struct report_event){.level = REPORT_TRACE, .component = component}, fmt, args);
    va_end(args);
}

void report_object(struct report *r, const char *component, const char *layer, const char *object,
                   const char *fmt, ...)
{
    va_list args;

    if (!r)
        return;
    va_start(args, fmt);
    emit(r,
         (struct report_event){
             .level = REPORT_INFO, .component = component, .layer = layer, .object = object},
         fmt, args);
    va_end(args);
}
