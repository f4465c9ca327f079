// SPDX-License-Identifier: Apache-2.0

// Package config holds the settings of the artifact storage and the flags that set them.
package config

import (
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/fluxcd/pkg/artifact/digest"
)

// Options are the settings of the storage and of the server in front of it.
type Options struct {
	// StoragePath is the folder that artifacts are kept in.
	StoragePath string
	// StorageAddress is what the server listens on.
	StorageAddress string
	// StorageAdvAddress is the host, or host and port, in the URLs of artifacts.
	StorageAdvAddress string
	// ArtifactRetentionTTL is how long an artifact that is no longer current is kept.
	ArtifactRetentionTTL time.Duration
	// ArtifactRetentionRecords is how many artifacts of one object are kept beyond that.
	ArtifactRetentionRecords int
	// ArtifactDigestAlgo names the algorithm of artifact digests.
	ArtifactDigestAlgo string
}

// BindFlags adds a flag for each setting to flags.
func (o *Options) BindFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.StoragePath, "storage-path", os.Getenv("STORAGE_PATH"),
		"The folder that artifacts are kept in.")
	flags.StringVar(&o.StorageAddress, "storage-addr", envOr("STORAGE_ADDR", ":9090"),
		"The address that the artifact server listens on.")
	flags.StringVar(&o.StorageAdvAddress, "storage-adv-addr", os.Getenv("STORAGE_ADV_ADDR"),
		"The host in the URLs of artifacts, by default this machine's.")
	flags.DurationVar(&o.ArtifactRetentionTTL, "artifact-retention-ttl", time.Minute,
		"How long an artifact that is no longer current is kept.")
	flags.IntVar(&o.ArtifactRetentionRecords, "artifact-retention-records", 2,
		"How many artifacts of one object are kept.")
	flags.StringVar(&o.ArtifactDigestAlgo, "artifact-digest-algo", digest.Canonical.String(),
		"The algorithm of artifact digests.")
}

func envOr(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
