// SPDX-License-Identifier: Apache-2.0
// Replays a corpus without libFuzzer: every file of the given folders (or the given files) is fed
// to LLVMFuzzerTestOneInput once. An empty corpus is a failure, so that a replay always tests.

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        perror(path);
        return -1;
    }
    // Exactly as large as the input, so that AddressSanitizer sees a read past its end.
    uint8_t *data = malloc(size ? size : 1);
    if (!data || fread(data, 1, size, file) != size) {
        fprintf(stderr, "%s: cannot be read\n", path);
        fclose(file);
        free(data);
        return -1;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int replay(const char *path, size_t *count);

static int replay_folder(const char *path, size_t *count)
{
    struct dirent **entries = NULL;
    int found = scandir(path, &entries, NULL, alphasort);
    int result = found < 0 ? -1 : 0;
    for (int i = 0; i < found; i++) {
        char child[4096];
        int length = snprintf(child, sizeof(child), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] == '.')
            ; // neither the folder itself nor .gitkeep
        else if (length < 0 || (size_t)length >= sizeof(child) || replay(child, count) != 0)
            result = -1;
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int replay(const char *path, size_t *count)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        perror(path);
        return -1;
    }
    if (S_ISDIR(status.st_mode))
        return replay_folder(path, count);
    ++*count;
    return replay_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    int result = 0;
    for (int i = 1; i < argc; i++)
        if (replay(argv[i], &count) != 0)
            result = 1;
    printf("%zu inputs replayed\n", count);
    if (count == 0) {
        fputs("the corpus is empty\n", stderr);
        return 1;
    }
    return result;
}
