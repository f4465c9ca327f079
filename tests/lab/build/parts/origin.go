// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/content"
	"sandstrap.dev/lab/topology"
)

// Origin is all that the lab's origin serves: git/HOST/PATH.git, registry/HOST with the storage
// of one docker-registry each, and files/HOST/PATH.
var Origin = &build.Component{
	Name:    "origin",
	Summary: "all that the lab's origin serves",
	Inputs:  []string{"build/parts/origin.go", "content", "umbrella", "images/*.go"},
	Facts:   originFacts,
	Needs:   originNeeds,
	Build:   buildOrigin(Images, ControllerImages),
}

// OriginKyverno is what Origin is, and Kyverno with its images: for labs that want it.
var OriginKyverno = &build.Component{
	Name:     "origin-kyverno",
	Summary:  "all that the lab's origin serves, and Kyverno",
	OnDemand: true,
	Inputs:   Origin.Inputs,
	Facts:    originFacts,
	Needs:    append([]*build.Component{KyvernoParts}, originNeeds...),
	Build:    buildOrigin(Images, ControllerImages, KyvernoParts),
}

var originNeeds = []*build.Component{Images, ControllerImages, Probe, Releases}

func originFacts() (string, error) { return strings.Join(topology.UpstreamNames, " "), nil }

// buildOrigin returns the recipe of an origin with the images and charts of the components built.
func buildOrigin(built ...*build.Component) func(context.Context, *build.Job) error {
	return func(ctx context.Context, job *build.Job) error {
		in := content.Inputs{
			Umbrella: build.Source("umbrella"),
			Probe:    job.Need(Probe, "bin", "labprobe"),
			Releases: job.Need(Releases),
		}
		for _, component := range built {
			in.Built = append(in.Built, job.Need(component))
		}
		if err := content.Write(ctx, in, job.Out); err != nil {
			return err
		}
		return checkHosts(job)
	}
}

// checkHosts refuses content under a name that does not lead to the origin.
func checkHosts(job *build.Job) error {
	dirs, err := filepath.Glob(job.OutPath("*", "*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if host := filepath.Base(dir); !slices.Contains(topology.UpstreamNames, host) {
			return fmt.Errorf("content for %s, which is not among the upstream names of package topology", host)
		}
	}
	return nil
}
