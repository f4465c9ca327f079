// SPDX-License-Identifier: Apache-2.0

// Answers questions about sources with the libraries of source-controller: what of a folder is in an
// artifact, which version a range means, what a .gitmodules says. One question a line on stdin, one
// answer a line on stdout.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/version"
	"github.com/go-git/go-git/v5/config"
)

type question struct {
	// An artifact.
	Files  map[string]string `json:"files"`
	Ignore *string           `json:"ignore"`
	// A version.
	Range    *string  `json:"range"`
	Filter   string   `json:"filter"`
	Versions []string `json:"versions"`
	Of       string   `json:"of"` // "tags", "charts" or "chart tags"
	// A .gitmodules.
	Modules *string `json:"modules"`
}

type answer struct {
	Left    []string   `json:"left,omitempty"`
	Picked  string     `json:"picked,omitempty"`
	Modules [][]string `json:"modules,omitempty"`
	Error   string     `json:"error,omitempty"`
}

// artifact does what source-controller does between the checkout and the archive.
func artifact(q *question, scratch string) (answer, error) {
	dir, err := os.MkdirTemp(scratch, "artifact-")
	if err != nil {
		return answer{}, err
	}
	defer os.RemoveAll(dir)
	for path, text := range q.Files {
		at := filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, []byte(text), 0o600)); err != nil {
			return answer{}, err
		}
	}
	domain := strings.Split(dir, string(filepath.Separator))
	patterns, err := sourceignore.LoadIgnorePatterns(dir, domain)
	if err != nil {
		return answer{}, err
	}
	if q.Ignore != nil {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(*q.Ignore), domain)...)
	}
	matcher := sourceignore.NewDefaultMatcher(patterns, domain)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(domain), patterns...))
	}
	a := answer{Left: []string{}}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if !matcher.Match(strings.Split(path, string(filepath.Separator)), false) {
			relative, err := filepath.Rel(dir, path)
			a.Left = append(a.Left, relative)
			return err
		}
		return nil
	})
	sort.Strings(a.Left)
	return a, err
}

// listed is what is asked of as a version, and how it is written where it comes from.
func listed(q *question) (map[string]string, []string) {
	written, order := map[string]string{}, []string{}
	for _, tag := range q.Versions {
		text := tag
		if q.Of == "chart tags" {
			text = strings.ReplaceAll(tag, "_", "+")
			if _, err := semver.StrictNewVersion(text); err != nil {
				continue
			}
		}
		if _, twice := written[text]; !twice {
			written[text] = tag
			order = append(order, text)
		}
	}
	return written, order
}

func pick(q *question) (answer, error) {
	written, order := listed(q)
	text := *q.Range
	if q.Of != "tags" {
		if text == "" {
			text = "*"
		}
		if tag, there := written[*q.Range]; there {
			return answer{Picked: tag}, nil
		}
	}
	constraint, err := semver.NewConstraint(text)
	if err != nil {
		return answer{}, err
	}
	filter, err := regexp.Compile(q.Filter)
	if err != nil {
		return answer{}, err
	}
	var best *semver.Version
	for _, one := range order {
		v, err := version.ParseVersion(one)
		if err != nil || !filter.MatchString(written[one]) || !constraint.Check(v) {
			continue
		}
		if best == nil || v.GreaterThan(best) {
			best = v
		}
	}
	if best == nil {
		return answer{}, errors.New("no version")
	}
	return answer{Picked: written[best.Original()]}, nil
}

func modules(q *question) (answer, error) {
	m := config.NewModules()
	if err := m.Unmarshal([]byte(*q.Modules)); err != nil {
		return answer{}, err
	}
	a := answer{Modules: [][]string{}}
	for _, s := range m.Submodules {
		if err := s.Validate(); err != nil {
			return answer{}, err
		}
		a.Modules = append(a.Modules, []string{s.Name, filepath.Clean(s.Path), s.URL})
	}
	sort.Slice(a.Modules, func(i, j int) bool { return a.Modules[i][0] < a.Modules[j][0] })
	return a, nil
}

func answerOf(line []byte, scratch string) answer {
	var q question
	var a answer
	err := json.Unmarshal(line, &q)
	switch {
	case err != nil:
	case q.Range != nil:
		a, err = pick(&q)
	case q.Modules != nil:
		a, err = modules(&q)
	default:
		a, err = artifact(&q, scratch)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return a
}

func main() {
	scratch := os.TempDir()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		scratch = "/dev/shm"
	}
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := encoder.Encode(answerOf(line, scratch)); err != nil {
				log.Fatal(err)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}
