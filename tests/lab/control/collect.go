// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/parts"
	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/config"
)

// collect builds what the cache lacks and says where all parts of a lab are.
func collect(ctx context.Context) (*config.Config, error) {
	source, err := checkout()
	if err != nil {
		return nil, err
	}
	hierarchies, err := cgroup.Hierarchies()
	if err != nil {
		return nil, err
	}
	set, err := build.Ensure(ctx, parts.Debian, parts.Kubernetes)
	if err != nil {
		return nil, err
	}
	return &config.Config{
		Checkout:    source,
		Debian:      set.Path(parts.Debian),
		Kubernetes:  set.Path(parts.Kubernetes),
		Hierarchies: hierarchies,
	}, nil
}
