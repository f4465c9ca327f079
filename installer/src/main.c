// SPDX-License-Identifier: Apache-2.0
// Entry point: finds the subcommand, parses its options, runs it, prints its error and turns the
// kind of the error into the exit code. The only file that ends the process.
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/command.h"
#include "base/file.h"
#include "base/helper.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/agent.h"
#include "cmd/bundle.h"
#include "cmd/chart.h"
#include "cmd/images.h"
#include "cmd/keys.h"
#include "cmd/nodes.h"
#include "cmd/probe.h"
#include "cmd/render.h"
#include "cmd/sandbox.h"
#include "cmd/seal.h"
#include "cmd/serve.h"
#include "cmd/status.h"
#include "cmd/store.h"
#include "cmd/values.h"
#include "io/term.h"

// In the order of --help.
static const struct command *const commands[] = {
    &cmd_up,
    &cmd_down,
    &cmd_rebuild,
    &cmd_status,
    &cmd_render,
    &cmd_chart_render,
    &cmd_values_show,
    &cmd_values_trace,
    &cmd_values_check,
    &cmd_values_diff,
    &cmd_images,
    &cmd_bundle_lock,
    &cmd_bundle_build,
    &cmd_bundle_verify,
    &cmd_bundle_inspect,
    &cmd_serve,
    &cmd_store_add,
    &cmd_store_list,
    &cmd_store_remove,
    &cmd_store_collect,
    &cmd_store_verify,
    &cmd_nodes,
    &cmd_seal,
    &cmd_keys_list,
    &cmd_keys_export,
    &cmd_keys_import,
    &cmd_keys_new,
    &cmd_keys_rotate,
    &cmd_agent,
    &cmd_probe,
    NULL, // the end
};

// The commands of a group ("bundle" of "bundle lock"), or all with NULL; how many there are.
static size_t list_commands(const char *group, struct buf *out)
{
    size_t count = 0;

    for (size_t i = 0; commands[i]; i++) {
        struct span name = span_str(commands[i]->spec.name);

        if (group && (!span_skip(&name, group) || !span_starts(name, " ")))
            continue;
        buf_printf(out, "  %-16s %s\n", commands[i]->spec.name, commands[i]->spec.summary);
        count++;
    }
    return count;
}

static void print_help(struct buf *out)
{
    buf_add_str(out, "usage: sandstrap COMMAND [OPTION]...\n\n"
                     "Brings a bare Kubernetes cluster up as the sandbox that a GitOps tree "
                     "describes.\n\n");
    list_commands(NULL, out);
    buf_add_str(out, "\n  --version        print the version\n"
                     "  COMMAND --help   the options of a command\n\n"
                     "exit codes: 0 done, 1 internal, 2 usage, 3 tree or configuration, "
                     "4 preflight,\n5 integrity, 6 source or network, 7 API or permission, "
                     "8 timeout,\n9 terminal failure, 10 leftovers, 11 plan has changes, "
                     "12 unsupported,\n130 interrupted\n");
}

// Whether `name` ("bundle lock") is what argv starts with; *words is the number of its words.
static bool names_command(const char *name, int argc, char **argv, int *words)
{
    struct span rest = span_str(name), word;
    int n = 0;

    while (span_next(&rest, ' ', &word)) {
        if (n >= argc || !span_is(word, argv[n]))
            return false;
        n++;
    }
    *words = n;
    return true;
}

static const struct command *find_command(int argc, char **argv, int *words, struct err **err)
{
    const char *names[ARRAY_LEN(commands)];
    char *typed CLEANUP(mem_cleanup) = NULL;
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; commands[i]; i++) {
        names[count++] = commands[i]->spec.name;
        if (names_command(names[i], argc, argv, words))
            return commands[i];
    }
    typed =
        argc > 1 && argv[1][0] != '-' ? mem_printf("%s %s", argv[0], argv[1]) : mem_str(argv[0]);
    err_set(err, ERR_USAGE, "unknown command '%s'", typed);
    nearest = opt_nearest(typed, names, count);
    if (!nearest)
        nearest = opt_nearest(argv[0], names, count);
    if (nearest)
        err_hint(err, "did you mean 'sandstrap %s'?", nearest);
    else
        err_hint(err, "sandstrap --help lists the commands");
    return NULL;
}

// Somebody does not want to wait any more; the other threads may be anywhere. A line that would
// have to wait itself (nobody reads standard error) is left out.
static void end_now(void *data)
{
    const enum term_format *format = data;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};

    file_remove_temporary();
    err_set(&err, ERR_CANCELLED, "interrupted");
    if (poll(&room, 1, 0) > 0)
        term_error(STDERR_FILENO, *format, err);
    _exit(ERR_CANCELLED);
}

static int run(const struct command *command, void *options, enum term_format *format,
               struct err **err)
{
    const struct command_common *common = options;
    struct report *report CLEANUP(term_report_cleanup) =
        term_report_new(STDERR_FILENO, *format, common->trace);
    struct cancel *cancel CLEANUP(cancel_cleanup) = cancel_new(err);
    struct loop *loop CLEANUP(loop_cleanup) = cancel ? loop_new(cancel, err) : NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct command_env env = {.report = common->quiet ? NULL : report,
                              .loop = loop,
                              .cancel = cancel,
                              .out = &out,
                              .json = *format == TERM_JSON};
    struct err *flush_error CLEANUP(err_cleanup) = NULL;
    int result;

    if (!loop || cancel_on_signals(cancel, !command->takes_hangup, end_now, format, err) < 0)
        return -1;
    result = command->run(&env, options, err);
    // What a command had to say stands also when it failed: status prints its table and exits 9.
    if (command_flush(&env, &flush_error) < 0 && result == 0)
        result = err_move(err, &flush_error);
    return result;
}

static int parse_and_run(const struct command *command, int argc, char **argv,
                         enum term_format *format, struct err **err)
{
    void *options CLEANUP(mem_cleanup) = mem_zalloc(1, command->options_size);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct command_common *common = options;
    bool help;
    int result;

    if (command->defaults)
        command->defaults(options);
    result = opt_parse(&command->spec, argc, argv, options, &help, err);
    if (common->output && strcmp(common->output, "json") == 0)
        *format = TERM_JSON;
    if (result == 0 && help) {
        opt_help(&command->spec, &text);
        fputs(buf_str(&text), stdout);
    } else if (result == 0) {
        result = run(command, options, format, err);
    }
    opt_free_lists(&command->spec, options);
    return result;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

// `bundle` alone is half a command; `bundle --help` lists the halves.
static int answer_group(int argc, char **argv, const char *listed, struct err **err)
{
    if (argc == 1) {
        err_set(err, ERR_USAGE, "'%s' is a group of commands", argv[0]);
        return err_hint(err, "sandstrap %s --help lists them", argv[0]);
    }
    printf("usage: sandstrap %s COMMAND [OPTION]...\n\n%s", argv[0], listed);
    return 0;
}

static int run_main(int argc, char **argv, enum term_format *format, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct command *command;
    int words;

    if (argc < 1) {
        err_set(err, ERR_USAGE, "no command is given");
        return err_hint(err, "sandstrap --help lists the commands");
    }
    if (strcmp(argv[0], "--version") == 0) {
        puts("sandstrap " SANDSTRAP_VERSION);
        return 0;
    }
    if (is_help(argv[0]) || strcmp(argv[0], "help") == 0) {
        print_help(&text);
        fputs(buf_str(&text), stdout);
        return 0;
    }
    if ((argc == 1 || is_help(argv[1])) && list_commands(argv[0], &text) > 0)
        return answer_group(argc, argv, buf_str(&text), err);
    command = find_command(argc, argv, &words, err);
    if (!command)
        return -1;
    return parse_and_run(command, argc - words, argv + words, format, err);
}

static int run_and_tell(int argc, char **argv)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    enum term_format format = TERM_LINES;

    if (run_main(argc, argv, &format, &err) == 0)
        return fflush(stdout) == 0 ? 0 : ERR_INTERNAL;
    fflush(stdout);
    term_error(STDERR_FILENO, format, err);
    return (int)err_kind(err);
}

int main(int argc, char **argv)
{
    int status;

    // A closed pipe and a limit on the size of files are errors where they are met.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    status = run_and_tell(argc - 1, argv + 1);
    if (!IS_CHECKED) // what libraries have for atexit() is to free what goes with the process
        _exit(status);
    helpers_end();
    return status;
}
