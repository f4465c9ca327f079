// SPDX-License-Identifier: Apache-2.0
// Where the record is kept.
#ifndef CLUSTER_RECORD_PLACE_H
#define CLUSTER_RECORD_PLACE_H

#define RECORD_NAMESPACE "sandstrap-system"

#endif
