// SPDX-License-Identifier: Apache-2.0

package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// parallel is how many components are built at a time: one compiles while another downloads.
const parallel = 2

// Ensure builds every one of components, and what they need, that the cache does not hold, and
// returns the folders of all of them. When all are there it takes a few milliseconds. A
// component that another process is building is waited for. Progress goes to standard error.
func Ensure(ctx context.Context, components ...*Component) (Set, error) {
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	e := ensurer{cache: cache, keys: newKeyer(), log: os.Stderr, slots: make(chan struct{}, parallel)}
	plan, err := e.plan(components)
	if err != nil {
		return nil, err
	}
	if err := e.buildMissing(ctx, plan); err != nil {
		return nil, err
	}
	return plan, nil
}

type ensurer struct {
	cache string
	keys  *keyer
	log   io.Writer
	slots chan struct{}
}

// plan returns the folder that each of components, and what they need, has or will have.
func (e *ensurer) plan(components []*Component) (Set, error) {
	plan := Set{}
	var add func(list []*Component) error
	add = func(list []*Component) error {
		for _, c := range list {
			key, err := e.keys.key(c)
			if err != nil {
				return err
			}
			plan[c] = filepath.Join(e.cache, c.Name+"-"+key)
			if err := add(c.Needs); err != nil {
				return err
			}
		}
		return nil
	}
	return plan, add(components)
}

// buildMissing builds what plan lacks, each component after those that it needs. The first
// failure stops the rest and is returned alone.
func (e *ensurer) buildMissing(ctx context.Context, plan Set) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := map[*Component]chan struct{}{}
	for c := range plan {
		done[c] = make(chan struct{})
	}
	var all sync.WaitGroup
	for c := range plan {
		all.Go(func() {
			defer close(done[c])
			for _, need := range c.Needs {
				<-done[need]
			}
			if err := e.ensure(ctx, c, plan); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// ensure builds c unless its folder is there.
func (e *ensurer) ensure(ctx context.Context, c *Component, plan Set) error {
	if exists(plan[c]) {
		return nil
	}
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	unlock, err := lock(ctx, filepath.Join(e.cache, "."+c.Name+".lock"), func() {
		logf(e.log, c, "another process is building it, waiting")
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	defer unlock()
	if exists(plan[c]) {
		return nil
	}
	start := time.Now()
	logf(e.log, c, "building")
	if err := e.build(ctx, c, plan); err != nil {
		return fmt.Errorf("build %s: %w", c.Name, err)
	}
	logf(e.log, c, "built in %.1f s", time.Since(start).Seconds())
	return nil
}

// build runs c's recipe in a temporary folder, which gets its final name when it is complete.
// The lock on c is held, so a temporary folder that is already there is a killed build's.
func (e *ensurer) build(ctx context.Context, c *Component, plan Set) (err error) {
	part := filepath.Join(e.cache, ".part-"+c.Name)
	if err := RemoveAll(part); err != nil {
		return err
	}
	job := Job{
		Out: filepath.Join(part, "out"), Scratch: filepath.Join(part, "scratch"),
		component: c, set: plan, log: e.log,
	}
	defer func() { err = errors.Join(err, RemoveAll(part)) }()
	for _, dir := range []string{job.Out, job.Scratch} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := c.Build(ctx, &job); err != nil {
		return err
	}
	return os.Rename(job.Out, plan[c])
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
