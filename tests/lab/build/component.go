// SPDX-License-Identifier: Apache-2.0

// Package build makes what the lab is made of, once, into a cache outside the checkout.
//
// A [Component] is one thing that can be built by itself: a binary, a set of images, the
// content of a registry. Each has a folder of its own in the cache, named by a hash of all that
// it is built from, so that one changed pin rebuilds what depends on it and nothing else.
// Components are written down as variables in package parts; [Ensure] builds those that are
// missing and says where they are.
package build

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
)

// Component describes one thing that the lab is built from. The zero value of a field means
// none. Two components with the same name must not be used together.
type Component struct {
	// Name is the first part of the name of its folder, and what people call it.
	Name string
	// Summary is what "lab build --list" says of it.
	Summary string
	// Inputs are patterns, as of path/filepath.Glob and relative to Source, of the files and
	// folders that it is built from, its own recipe included. A pattern must match something.
	Inputs []string
	// Facts returns what else decides its content and is no file of the checkout, such as the
	// release of the machine's distribution. It must be quick: it runs at each Ensure.
	Facts func() (string, error)
	// OnDemand components are built only where they are named or needed.
	OnDemand bool
	// Needs are the components whose folders Build reads.
	Needs []*Component
	// Build fills job.Out. It may run beside the Build of other components.
	Build func(ctx context.Context, job *Job) error
}

// Job is one run of a component's Build.
type Job struct {
	// Out is an empty folder that becomes the component's folder when Build succeeds.
	Out string
	// Scratch is an empty folder that is removed afterwards.
	Scratch string

	component *Component
	set       Set
	log       io.Writer
}

// Set knows the folder of each component that was ensured.
type Set map[*Component]string

// Path joins the folder of component c with elem. It panics if c is not in the set: that is a
// mistake in the caller's list of components, not a fault at run time.
func (s Set) Path(c *Component, elem ...string) string {
	dir, ok := s[c]
	if !ok {
		panic("component " + c.Name + " was not ensured")
	}
	return filepath.Join(append([]string{dir}, elem...)...)
}

// Need joins the folder of c, which the component must name in Needs, with elem.
func (j *Job) Need(c *Component, elem ...string) string {
	return j.set.Path(c, elem...)
}

// OutPath joins Out with elem.
func (j *Job) OutPath(elem ...string) string {
	return filepath.Join(append([]string{j.Out}, elem...)...)
}

// Logf writes one line of progress.
func (j *Job) Logf(format string, args ...any) {
	logf(j.log, j.component, format, args...)
}

func logf(w io.Writer, c *Component, format string, args ...any) {
	fmt.Fprintf(w, "lab: %s: %s\n", c.Name, fmt.Sprintf(format, args...))
}
