// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/parts"
	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/topology"
)

// collect builds what the cache lacks and says where all parts of a lab of that shape are, whose
// origin serves what the component origin holds.
func collect(ctx context.Context, shape topology.Shape, origin *build.Component) (*config.Config, error) {
	source, err := checkout()
	if err != nil {
		return nil, err
	}
	hierarchies, err := cgroup.Hierarchies()
	if err != nil {
		return nil, err
	}
	wanted := []*build.Component{parts.Authority, parts.Debian, parts.Images, parts.Kubernetes, origin, parts.Tools}
	if shape.Newer() {
		wanted = append(wanted, parts.Containerd)
	}
	set, err := build.Ensure(ctx, wanted...)
	if err != nil {
		return nil, err
	}
	return &config.Config{
		Shape:       shape,
		Checkout:    source,
		Authority:   set.Path(parts.Authority),
		Content:     set.Path(origin),
		Containerd:  set[parts.Containerd],
		Debian:      set.Path(parts.Debian),
		Images:      set.Path(parts.Images),
		Kubernetes:  set.Path(parts.Kubernetes),
		Tools:       set.Path(parts.Tools),
		Hierarchies: hierarchies,
	}, nil
}
