// SPDX-License-Identifier: Apache-2.0

// Package content makes what the lab's origin serves under the names of the real upstream: the
// git repositories, charts and container images of the look-alikes in tests/lab/umbrella, and
// the images and release files that were built. The same inputs give the same bytes, commits
// and digests.
package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"

	"sandstrap.dev/lab/images"
)

const (
	umbrellaURL = "https://repo1.dso.mil/big-bang/bigbang.git"
	// where Big Bang publishes the charts of its packages besides their git repositories
	packageCharts = "registry1.dso.mil/bigbang"
	tenantCharts  = "ghcr.io/stefanprodan/charts"
	// the same charts in a Helm repository over https
	tenantRepository = "stefanprodan.github.io/podinfo"
)

// writer writes the look-alikes.
type writer struct {
	source string // tests/lab/umbrella
	dir    string // gets git/HOST/PATH.git, registry/HOST and files/HOST/PATH
	probe  string // the program labprobe, which all images run that nobody has built
	built  []string
}

func (w writer) registries() registries {
	return registries(filepath.Join(w.dir, "registry"))
}

func (w writer) write(ctx context.Context) error {
	packages, err := readPackages(w.source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(w.registries()), 0o755); err != nil {
		return err
	}
	if err := w.umbrella(ctx); err != nil {
		return fmt.Errorf("umbrella: %w", err)
	}
	for _, p := range packages {
		if err := w.pkg(ctx, p); err != nil {
			return fmt.Errorf("package %s: %w", p.name, err)
		}
	}
	return w.tenants()
}

// tenants makes the charts of tenants, in a registry and in a repository over https.
func (w writer) tenants() error {
	charts, err := filepath.Glob(filepath.Join(w.source, "charts", "*"))
	if err != nil {
		return err
	}
	repository := helmRepository{dir: filepath.Join(w.dir, "files", filepath.FromSlash(tenantRepository))}
	for _, folder := range charts {
		chart, err := readTree(folder)
		if err != nil {
			return err
		}
		if err := errors.Join(w.chart(chart, tenantCharts), repository.add(chart)); err != nil {
			return fmt.Errorf("chart %s: %w", filepath.Base(folder), err)
		}
	}
	return repository.writeIndex()
}

// pkg is one package of the umbrella, as its values name it.
type pkg struct {
	name string // of the folder below umbrella/packages
	repo string
	tag  string
}

// readPackages takes the packages from the umbrella's values, where their URLs and tags already
// are: every map with a git.repo, at the top and below addons.
func readPackages(umbrella string) ([]pkg, error) {
	file := filepath.Join(umbrella, "bigbang", "chart", "values.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := yaml.UnmarshalStrict(data, &values); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	groups := []map[string]any{values}
	if addons, ok := values["addons"].(map[string]any); ok {
		groups = append(groups, addons)
	}
	var found []pkg
	for _, group := range groups {
		for _, value := range group {
			entry, _ := value.(map[string]any)
			git, _ := entry["git"].(map[string]any)
			repo, _ := git["repo"].(string)
			if repo == "" {
				continue
			}
			tag, _ := git["tag"].(string)
			name := strings.TrimSuffix(repo[strings.LastIndex(repo, "/")+1:], ".git")
			found = append(found, pkg{name: name, repo: repo, tag: tag})
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].name < found[j].name })
	return found, nil
}

// pkg makes a package's git repository, and its chart under the name that helmRepo gives it.
func (w writer) pkg(ctx context.Context, p pkg) error {
	chart, err := readPackageChart(w.source, p.name)
	if err != nil {
		return err
	}
	meta, err := chartMetadata(chart)
	if err != nil {
		return err
	}
	added, err := w.builtFiles(p.name)
	if err != nil {
		return err
	}
	if meta.Annotations[builtAnnotation] == "true" && len(added) == 0 {
		return nil // a lab without it
	}
	maps.Copy(chart, added)
	if meta.Version != p.tag {
		return fmt.Errorf("Chart.yaml says version %s, the umbrella's values say tag %s", meta.Version, p.tag)
	}
	path, err := repositoryPath(w.dir, p.repo)
	if err != nil {
		return err
	}
	released := under("chart", chart)
	released["README.md"] = []byte("# " + p.name + "\n\nLook-alike for sandstrap's lab.\n")
	history := []commit{{message: "release " + p.tag, files: released, tag: p.tag}}
	if err := writeRepository(ctx, path, history); err != nil {
		return err
	}
	return w.chart(chart, packageCharts)
}

// chart puts a chart below parent, and the images that it names where they belong.
func (w writer) chart(chart tree, parent string) error {
	meta, err := chartMetadata(chart)
	if err != nil {
		return err
	}
	artifact, err := chartArtifact(meta.Name, chart)
	if err != nil {
		return err
	}
	ref := parent + "/" + meta.Name + ":" + meta.Version
	if err := w.registries().putChart(ref, artifact); err != nil {
		return err
	}
	refs, err := annotatedImages(chart)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if built, err := w.isBuilt(ref); err != nil || built {
			if err != nil {
				return err
			}
			continue
		}
		if err := w.registries().putImage(ref, probeImage(w.probe, ref)); err != nil {
			return fmt.Errorf("image %s: %w", ref, err)
		}
	}
	return nil
}

// builtAnnotation marks a package that is served only where a component has built files of its
// chart.
const builtAnnotation = "sandstrap.dev/built"

// builtFiles are the files of a package's chart that components have built.
func (w writer) builtFiles(name string) (tree, error) {
	all := tree{}
	for _, folder := range w.built {
		chart := filepath.Join(folder, "charts", name)
		if _, err := os.Stat(chart); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		files, err := readTree(chart)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, files)
	}
	return all, nil
}

// isBuilt tells whether a component has built the image, so that none has to stand in for it.
func (w writer) isBuilt(reference string) (bool, error) {
	ref, err := images.ParseRef(reference)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(w.built, func(folder string) bool {
		_, err := os.Stat(filepath.Join(folder, "layouts", ref.Host, ref.Repository, ref.Tag))
		return err == nil
	}), nil
}

// umbrella gives the umbrella a history in which the released commit is neither the first nor
// the last, so that a reader of the branch instead of the tag is caught.
func (w writer) umbrella(ctx context.Context) error {
	path, err := repositoryPath(w.dir, umbrellaURL)
	if err != nil {
		return err
	}
	files, err := readTree(filepath.Join(w.source, "bigbang"))
	if err != nil {
		return err
	}
	meta, err := chartMetadata(below("chart", files))
	if err != nil {
		return err
	}
	first := tree{"README.md": []byte("# Look-alike of Big Bang for sandstrap's lab\n")}
	files["README.md"] = first["README.md"]
	next := tree{"base/kustomization.yaml": []byte("resources: [not-yet-written.yaml]\n")}
	return writeRepository(ctx, path, []commit{
		{message: "start", files: first},
		{message: "release " + meta.Version, files: files, tag: meta.Version, annotated: true},
		{message: "begin the next release", files: next},
	})
}

// readPackageChart returns a package's chart together with the template helpers that all share.
func readPackageChart(umbrella, name string) (tree, error) {
	chart, err := readTree(filepath.Join(umbrella, "packages", name, "chart"))
	if err != nil {
		return nil, err
	}
	helpers, err := os.ReadFile(filepath.Join(umbrella, "packages", "_lab.tpl"))
	if err != nil {
		return nil, err
	}
	chart["templates/_lab.tpl"] = helpers
	return chart, nil
}

// repositoryPath is where the bare repository of a URL lies.
func repositoryPath(dir, repo string) (string, error) {
	u, err := url.Parse(repo)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "git", u.Host, filepath.FromSlash(u.Path)), nil
}
