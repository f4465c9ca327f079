// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/images"
)

const (
	kyvernoFolder = goModule("build/modules/kyverno")
	kyvernoModule = "github.com/kyverno/kyverno"
	// where Big Bang's package has the images from
	kyvernoHost = "registry1.dso.mil"
)

// kyvernoImages are the repositories of the images by program.
var kyvernoImages = map[string]string{
	"kyverno":      "ironbank/opensource/kyverno",
	"kyverno-init": "ironbank/opensource/kyverno/kyvernopre",
}

// Kyverno is bin/kyverno, its admission controller, and bin/kyverno-init, which runs before it.
var Kyverno = onDemand(compiled("kyverno", "Kyverno's admission controller", kyvernoFolder,
	program{
		name: "kyverno", pkg: kyvernoModule + "/cmd/kyverno",
		module: kyvernoModule, stamp: kyvernoModule + "/pkg/version.BuildVersion",
	},
	program{
		name: "kyverno-init", pkg: kyvernoModule + "/cmd/kyverno-init",
		module: kyvernoModule, stamp: kyvernoModule + "/pkg/version.BuildVersion",
	},
))

// KyvernoParts is what the origin serves of it: the images as OCI layouts, in
// layouts/HOST/REPOSITORY/TAG, and the definitions for the look-alike package's chart, below
// charts/kyverno.
var KyvernoParts = &build.Component{
	Name:     "kyverno-parts",
	Summary:  "images and definitions of Kyverno",
	OnDemand: true,
	Inputs:   append([]string{"build/parts/kyverno.go", "build/modules/kyverno/go.mod"}, imageRecipe...),
	Needs:    []*build.Component{Kyverno},
	Build: func(ctx context.Context, job *build.Job) error {
		version, err := kyvernoFolder.version(ctx, kyvernoModule)
		if err != nil {
			return err
		}
		for name, repository := range kyvernoImages {
			image := images.Image{
				Files:      []images.File{images.Program("/usr/local/bin/"+name, job.Need(Kyverno, "bin", name))},
				Entrypoint: []string{name}, User: "65534:65534",
			}
			ref := images.Ref{Host: kyvernoHost, Repository: repository, Tag: version}
			if err := writeLayout(job, image, ref); err != nil {
				return err
			}
		}
		return writeDefinitions(ctx, job)
	},
}

func onDemand(component *build.Component) *build.Component {
	component.OnDemand = true
	return component
}

// writeDefinitions joins the module's definitions, without the descriptions of their fields: with
// them, Helm could not keep the release in a Secret.
func writeDefinitions(ctx context.Context, job *build.Job) error {
	sources, err := kyvernoFolder.sources(ctx, kyvernoModule)
	if err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(sources, "config/crds/*/*.yaml"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("%s has no definitions in config/crds: %w", kyvernoModule, err)
	}
	var all bytes.Buffer
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var definition map[string]any
		if err := yaml.Unmarshal(text, &definition); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		undescribe(definition)
		short, err := yaml.Marshal(definition)
		if err != nil {
			return err
		}
		fmt.Fprintf(&all, "---\n%s", short)
	}
	folder := job.OutPath("charts", "kyverno", "templates")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "definitions.yaml"), all.Bytes(), 0o644)
}

// undescribe removes the descriptions from a schema, but not fields that are called so.
func undescribe(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, text := value["description"].(string); text {
			delete(value, "description")
		}
		for _, inner := range value {
			undescribe(inner)
		}
	case []any:
		for _, inner := range value {
			undescribe(inner)
		}
	}
}
