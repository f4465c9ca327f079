// SPDX-License-Identifier: Apache-2.0

package build

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// workplace gives the test a source folder with one input and a cache of its own.
func workplace(t *testing.T) (input string) {
	t.Helper()
	source := t.TempDir()
	t.Setenv("SANDSTRAP_LAB_SOURCE", source)
	t.Setenv("SANDSTRAP_CACHE", t.TempDir())
	input = filepath.Join(source, "input")
	write(t, input, "one")
	return input
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// copying returns a component that copies the input, and a count of its builds.
func copying(name string, needs ...*Component) (*Component, *atomic.Int32) {
	var builds atomic.Int32
	return &Component{Name: name, Inputs: []string{"input"}, Needs: needs,
		Build: func(_ context.Context, job *Job) error {
			builds.Add(1)
			data, err := os.ReadFile(Source("input"))
			if err != nil {
				return err
			}
			return os.WriteFile(job.OutPath("copy"), data, 0o644)
		}}, &builds
}

func ensure(t *testing.T, components ...*Component) Set {
	t.Helper()
	set, err := Ensure(t.Context(), components...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestBuildsOnceUntilAnInputChanges(t *testing.T) {
	input := workplace(t)
	c, builds := copying("copying")
	first := ensure(t, c).Path(c)
	if again := ensure(t, c).Path(c); again != first || builds.Load() != 1 {
		t.Errorf("built %d times, into %s and %s", builds.Load(), first, again)
	}
	write(t, input, "two")
	set := ensure(t, c)
	data, err := os.ReadFile(set.Path(c, "copy"))
	if err != nil || string(data) != "two" || set.Path(c) == first {
		t.Errorf("after a change: %q in %s, %v", data, set.Path(c), err)
	}
}

func TestChangeOfANeedReachesWhatNeedsIt(t *testing.T) {
	workplace(t)
	fact := "old"
	need := &Component{Name: "need", Facts: func() (string, error) { return fact, nil },
		Build: func(context.Context, *Job) error { return nil }}
	c, builds := copying("needing", need)
	other, otherBuilds := copying("other")
	ensure(t, c, other)
	fact = "new"
	ensure(t, c, other)
	if builds.Load() != 2 || otherBuilds.Load() != 1 {
		t.Errorf("needing was built %d times, want 2; other %d, want 1", builds.Load(), otherBuilds.Load())
	}
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	workplace(t)
	broken := errors.New("broken")
	c := &Component{Name: "failing", Build: func(_ context.Context, job *Job) error {
		return errors.Join(broken, os.WriteFile(job.OutPath("half"), nil, 0o444))
	}}
	after, builds := copying("after", c)
	if _, err := Ensure(t.Context(), after); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
	if builds.Load() != 0 {
		t.Error("what needs a failed component was built")
	}
	cache, err := Cache()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".lock") {
			t.Errorf("%s was left in the cache", entry.Name())
		}
	}
}

func TestConcurrentBuildersShareOneBuild(t *testing.T) {
	workplace(t)
	c, builds := copying("shared")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := Ensure(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if builds.Load() != 1 {
		t.Errorf("built %d times", builds.Load())
	}
}

func TestInputThatMatchesNothingIsAnError(t *testing.T) {
	workplace(t)
	c := &Component{Name: "missing", Inputs: []string{"no-such-file"}}
	if _, err := Ensure(t.Context(), c); err == nil || !strings.Contains(err.Error(), "no-such-file") {
		t.Errorf("error is %v", err)
	}
}
