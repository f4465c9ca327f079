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
	Facts:   func() (string, error) { return strings.Join(topology.UpstreamNames, " "), nil },
	Needs:   []*build.Component{ControllerImages, Probe, Releases},
	Build:   buildOrigin,
}

func buildOrigin(ctx context.Context, job *build.Job) error {
	err := content.Write(ctx, content.Inputs{
		Umbrella: build.Source("umbrella"),
		Probe:    job.Need(Probe, "bin", "labprobe"),
		Layouts:  job.Need(ControllerImages, "layouts"),
		Releases: job.Need(Releases),
	}, job.Out)
	if err != nil {
		return err
	}
	return checkHosts(job)
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
