// SPDX-License-Identifier: Apache-2.0
// Entry point: finds the subcommand, prints its error, turns the kind of the error into the exit
// code. The only file that writes an error message or ends the process.

#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("sandstrap " SANDSTRAP_VERSION);
        return 0;
    }
    fputs("usage: sandstrap --version\n", stderr);
    return EXIT_USAGE;
}
