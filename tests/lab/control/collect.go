// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/parts"
	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/config"
)

// collect builds what the cache lacks and says where all parts of a lab are, whose origin serves
// what the component origin holds.
func collect(ctx context.Context, origin *build.Component) (*config.Config, error) {
	source, err := checkout()
	if err != nil {
		return nil, err
	}
	hierarchies, err := cgroup.Hierarchies()
	if err != nil {
		return nil, err
	}
	set, err := build.Ensure(ctx, parts.Authority, parts.Debian, parts.Images, parts.Kubernetes, origin, parts.Tools)
	if err != nil {
		return nil, err
	}
	return &config.Config{
		Checkout:    source,
		Authority:   set.Path(parts.Authority),
		Content:     set.Path(origin),
		Debian:      set.Path(parts.Debian),
		Images:      set.Path(parts.Images),
		Kubernetes:  set.Path(parts.Kubernetes),
		Tools:       set.Path(parts.Tools),
		Hierarchies: hierarchies,
	}, nil
}
