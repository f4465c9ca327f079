// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sandstrap.dev/lab/build"
)

// Releases holds the release files of Flux and sealed-secrets by their URLs: HOST/PATH.
var Releases = &build.Component{
	Name:    "releases",
	Summary: "release files of Flux and sealed-secrets",
	Inputs: []string{
		"build/parts/releases.go", "build/releases", "flux/go.mod", "build/modules/sealed-secrets/go.mod",
	},
	Facts: func() (string, error) {
		flux, err := pinnedModule(flux2Module)
		return flux.sum, err
	},
	Needs: []*build.Component{Kustomize},
	Build: func(ctx context.Context, job *build.Job) error {
		if err := releaseFlux(ctx, job); err != nil {
			return fmt.Errorf("flux: %w", err)
		}
		if err := releaseSealedSecrets(ctx, job); err != nil {
			return fmt.Errorf("sealed-secrets: %w", err)
		}
		return nil
	},
}

const flux2Module = "github.com/fluxcd/flux2/v2"

// releaseFlux renders the manifests of Flux's own module, as its release does, but for the
// controllers that the lab runs and from the sources of the controllers' modules instead of
// their release files.
func releaseFlux(ctx context.Context, job *build.Job) error {
	pin, err := pinnedModule(flux2Module)
	if err != nil {
		return err
	}
	module, err := pin.download(ctx)
	if err != nil {
		return err
	}
	manifests := filepath.Join(job.Scratch, "manifests")
	if err := os.CopyFS(manifests, os.DirFS(filepath.Join(module, "manifests"))); err != nil {
		return err
	}
	for _, name := range fluxControllers {
		if err := localizeController(ctx, filepath.Join(manifests, "bases", name), name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := dropControllers(filepath.Join(manifests, "install", "kustomization.yaml")); err != nil {
		return err
	}
	if err := tagImages(ctx, filepath.Join(manifests, "tagged")); err != nil {
		return err
	}
	rendered, err := output(exec.CommandContext(ctx, job.Need(Kustomize, "bin", "kustomize"),
		"build", filepath.Join(manifests, "tagged")))
	if err != nil {
		return err
	}
	url := "github.com/fluxcd/flux2/releases/download/" + pin.version + "/install.yaml"
	return writeRelease(job, url, []byte(rendered+"\n"))
}

// releaseURL matches the URL of a file of a controller's release, up to its last element.
var releaseURL = regexp.MustCompile(`https://github\.com/fluxcd/\S+/`)

// localizeController puts the two files that the kustomization in the folder base takes from the
// controller's release beside it, made from the controller's module, and makes it refer to them.
func localizeController(ctx context.Context, base, name string) error {
	sources, err := goModule("flux").sources(ctx, fluxModule+name)
	if err != nil {
		return err
	}
	for file, patterns := range map[string][]string{
		name + ".crds.yaml":       {"config/crd/bases/*.yaml"},
		name + ".deployment.yaml": {"config/manager/deployment.yaml", "config/manager/*service.yaml"},
	} {
		text, err := joinDocuments(sources, patterns)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(base, file), text, 0o644); err != nil {
			return err
		}
	}
	return edit(filepath.Join(base, "kustomization.yaml"), func(text []byte) []byte {
		return releaseURL.ReplaceAll(text, nil)
	})
}

// joinDocuments joins the YAML files that patterns match in the folder dir.
func joinDocuments(dir string, patterns []string) ([]byte, error) {
	var all [][]byte
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			all = append(all, bytes.TrimPrefix(text, []byte("---\n")))
		}
	}
	return bytes.Join(all, []byte("\n---\n")), nil
}

// dropControllers removes the controllers that the lab does not run from a kustomization.
func dropControllers(path string) error {
	return edit(path, func(text []byte) []byte {
		var kept []byte
		for line := range bytes.Lines(text) {
			_, base, ok := strings.Cut(strings.TrimSpace(string(line)), "../bases/")
			if !ok || slices.Contains(fluxControllers, base) {
				kept = append(kept, line...)
			}
		}
		return kept
	})
}

// tagImages writes, in the folder dir, a kustomization of ../install with the images' tags.
func tagImages(ctx context.Context, dir string) error {
	refs, err := controllerRefs(ctx)
	if err != nil {
		return err
	}
	text := "resources: [../install]\nimages:\n"
	for _, name := range fluxControllers {
		ref := refs[name]
		text += fmt.Sprintf("  - {name: %s/%s, newTag: %s}\n", ref.Host, ref.Repository, ref.Tag)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o644)
}

// releaseSealedSecrets joins the CRD of the module with our own writing of the other objects.
func releaseSealedSecrets(ctx context.Context, job *build.Job) error {
	module := goModule("build/modules/sealed-secrets")
	version, err := module.version(ctx, sealedSecretsModule)
	if err != nil {
		return err
	}
	sources, err := module.sources(ctx, sealedSecretsModule)
	if err != nil {
		return err
	}
	crds, err := joinDocuments(sources, []string{"helm/sealed-secrets/crds/*.yaml"})
	if err != nil {
		return err
	}
	rest, err := os.ReadFile(build.Source("build/releases/sealed-secrets.yaml"))
	if err != nil {
		return err
	}
	refs, err := controllerRefs(ctx)
	if err != nil {
		return err
	}
	rest = bytes.ReplaceAll(rest, []byte("$IMAGE"), []byte(refs[sealedSecretsController].String()))
	url := "github.com/bitnami-labs/sealed-secrets/releases/download/" + version + "/controller.yaml"
	return writeRelease(job, url, slices.Concat(crds, []byte("---\n"), rest))
}

func writeRelease(job *build.Job, url string, text []byte) error {
	path := job.OutPath(url)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// edit replaces the text of a file.
func edit(path string, change func(text []byte) []byte) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, change(text), 0o644)
}
