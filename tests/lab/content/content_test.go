// SPDX-License-Identifier: Apache-2.0

package content

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"sandstrap.dev/lab/images"
)

const source = "../umbrella"

func build(t *testing.T) string {
	t.Helper()
	probe := filepath.Join(t.TempDir(), "labprobe")
	if err := os.WriteFile(probe, []byte("labprobe"), 0o755); err != nil {
		t.Fatal(err)
	}
	w := writer{source: source, dir: t.TempDir(), probe: probe, built: []string{builtCharts(t)}}
	if err := w.write(context.Background()); err != nil {
		t.Fatal(err)
	}
	return w.dir
}

// builtCharts stands in for the components: a file for each package that is served only with one.
func builtCharts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(source, "packages/*/chart/Chart.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), builtAnnotation) {
			continue
		}
		name := filepath.Base(filepath.Dir(filepath.Dir(file)))
		templates := filepath.Join(dir, "charts", name, "templates")
		if err := os.MkdirAll(templates, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(templates, "built.yaml"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestTwoBuildsAreTheSameBytes(t *testing.T) {
	first, err := readTree(build(t))
	if err != nil {
		t.Fatal(err)
	}
	second, err := readTree(build(t))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first.paths(), second.paths()) {
		t.Fatalf("other files: %v and %v", first.paths(), second.paths())
	}
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestUmbrellaTagIsNotTheTip(t *testing.T) {
	repo := filepath.Join(build(t), "git/repo1.dso.mil/big-bang/bigbang.git")
	tagged := git(t, repo, "rev-parse", "3.30.0^{commit}")
	if tagged == git(t, repo, "rev-parse", "HEAD") {
		t.Error("the tag is the tip of the branch")
	}
	if got := git(t, repo, "cat-file", "-t", "3.30.0"); got != "tag" {
		t.Errorf("the tag is a %s, not annotated", got)
	}
	base := git(t, repo, "ls-tree", "--name-only", "3.30.0", "base/")
	for _, name := range []string{"kustomization.yaml", "helmrelease.yaml", "transformer.yaml"} {
		if !strings.Contains(base, "base/"+name) {
			t.Errorf("base/%s is missing", name)
		}
	}
}

func TestEveryPackageHasItsRepositoryAtItsTag(t *testing.T) {
	dir := build(t)
	packages, err := readPackages(source)
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 5 {
		t.Fatalf("only %d packages", len(packages))
	}
	for _, p := range packages {
		repo, err := repositoryPath(dir, p.repo)
		if err != nil {
			t.Fatal(err)
		}
		got := git(t, repo, "ls-tree", "-r", "--name-only", p.tag)
		for _, name := range []string{"chart/Chart.yaml", "chart/templates/_lab.tpl"} {
			if !strings.Contains(got, name) {
				t.Errorf("%s at %s has no %s", p.repo, p.tag, name)
			}
		}
	}
}

// The images that a chart's values name are the images that its annotation lists.
func TestAnnotatedImagesAreTheImagesOfTheValues(t *testing.T) {
	files, err := chartFiles(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		chart, err := readTree(filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		listed, err := annotatedImages(chart)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var values any
		if err := yaml.UnmarshalStrict(chart["values.yaml"], &values); err != nil {
			t.Fatalf("%s: values.yaml: %v", file, err)
		}
		used := imagesIn(values)
		slices.Sort(listed)
		slices.Sort(used)
		if !slices.Equal(listed, used) {
			t.Errorf("%s lists %v, its values use %v", file, listed, used)
		}
	}
}

func imagesIn(value any) []string {
	entry, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	repository, _ := entry["repository"].(string)
	if tag, ok := entry["tag"].(string); ok && repository != "" {
		return []string{repository + ":" + tag}
	}
	var found []string
	for _, inner := range entry {
		found = append(found, imagesIn(inner)...)
	}
	return found
}

// Every image that a chart names can be pulled: tag, manifest, config and layers are stored.
func TestAnnotatedImagesAreInTheirRegistries(t *testing.T) {
	store := filepath.Join(build(t), "registry")
	files, err := chartFiles(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		chart, err := readTree(filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		refs, err := annotatedImages(chart)
		if err != nil {
			t.Fatal(err)
		}
		for _, ref := range refs {
			checkStored(t, store, ref)
		}
	}
}

// checkStored follows a reference through the files of docker-registry's storage.
func checkStored(t *testing.T, store, reference string) {
	t.Helper()
	ref, err := images.ParseRef(reference)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(store, ref.Host, "docker/registry/v2")
	links := filepath.Join(root, "repositories", ref.Repository)
	top, err := os.ReadFile(filepath.Join(links, "_manifests/tags", ref.Tag, "current/link"))
	if err != nil {
		t.Error(err)
		return
	}
	type blob struct{ Digest string }
	type manifest struct {
		Manifests, Layers []blob
		Config            blob
	}
	read := func(digest string) (found manifest) {
		hash := strings.TrimPrefix(digest, "sha256:")
		data, err := os.ReadFile(filepath.Join(root, "blobs/sha256", hash[:2], hash, "data"))
		if err == nil {
			err = json.Unmarshal(data, &found)
		}
		if err != nil {
			t.Errorf("%s: %v", reference, err)
		}
		return found
	}
	image := read(string(top))
	if last := len(image.Manifests) - 1; last >= 0 {
		image = read(image.Manifests[last].Digest)
	}
	for _, b := range append(image.Layers, image.Config) {
		hash := strings.TrimPrefix(b.Digest, "sha256:")
		if _, err := os.Stat(filepath.Join(links, "_layers/sha256", hash, "link")); err != nil {
			t.Errorf("%s: %v", reference, err)
		}
	}
}

func TestTenantsChartsAreInARepositoryToo(t *testing.T) {
	dir := filepath.Join(build(t), "files", "stefanprodan.github.io", "podinfo")
	data, err := os.ReadFile(filepath.Join(dir, "index.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Entries map[string][]struct {
			Version, Digest string
			URLs            []string
		}
	}
	if err := yaml.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	entry := index.Entries["podinfo"][0]
	archive, err := os.ReadFile(filepath.Join(dir, entry.URLs[0]))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(archive)
	if entry.Version == "" || entry.Digest != hex.EncodeToString(sum[:]) {
		t.Errorf("the entry is %+v, the digest of the archive %x", entry, sum)
	}
}
