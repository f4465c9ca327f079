// SPDX-License-Identifier: Apache-2.0
// Between the files of model/blobstore: a store that is open.
#ifndef MODEL_BLOBSTORE_INNER_H
#define MODEL_BLOBSTORE_INNER_H

#include <pthread.h>

#include "base/vec.h"
#include "model/blobstore.h"

// The folders of a store, by their names in it.
enum blobstore_folder {
    BLOBSTORE_BLOBS,   // "blobs/sha256", as in an image layout of the OCI
    BLOBSTORE_PARTS,   // "parts"
    BLOBSTORE_BUNDLES, // "bundles"
    BLOBSTORE_FOLDERS,
};

struct blobstore {
    char *path;
    char *folders[BLOBSTORE_FOLDERS]; // their paths
    int dirs[BLOBSTORE_FOLDERS];
    int lock; // -1 when it is open for reading only
    uint64_t budget;
    pthread_mutex_t used_lock; // of `used`
    uint64_t used;             // by blobs and parts, with what is reserved for those on their way
};

// Files of one folder whose names are digests.
struct blobstore_file {
    struct digest digest;
    uint64_t size;
    uint64_t bytes; // that it takes: on the disk, and what is reserved behind its end
};
struct blobstore_files {
    VEC(struct blobstore_file) files;
};
void blobstore_files_free(struct blobstore_files *list);

// Lists a folder, in no order; what has another name is no file of the store. ERR_CONFIG.
int blobstore_list_files(const struct blobstore *s, enum blobstore_folder folder,
                         struct blobstore_files *list, struct err **err) MUST_CHECK;

// What a file takes of the budget; 0 when it is not there.
uint64_t blobstore_weight(const struct blobstore *s, enum blobstore_folder folder,
                          const struct digest *digest);

// Takes `bytes` of the budget. ERR_CONFIG when it has not as many.
int blobstore_take(struct blobstore *s, uint64_t bytes, struct err **err) MUST_CHECK;
void blobstore_give_back(struct blobstore *s, uint64_t bytes);

// ERR_CONFIG when the disk has no `bytes` more, as it is now; or because it turned out so (-1).
int blobstore_check_disk(const struct blobstore *s, uint64_t bytes, struct err **err) MUST_CHECK;
int blobstore_disk_is_full(const struct blobstore *s, uint64_t bytes, struct err **err);
bool blobstore_means_full(int errnum);

#endif
