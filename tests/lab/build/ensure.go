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
	e := ensurer{cache: cache, keys: newKeyer(), log: os.Stderr}
	set, order, err := e.plan(components)
	if err != nil {
		return nil, err
	}
	return set, e.buildMissing(ctx, set, order)
}

type ensurer struct {
	cache string
	keys  *keyer
	log   io.Writer
}

// plan returns the folder that each of components, and what they need, has or will have, and an
// order in which each comes after what it needs, else as they are given.
func (e *ensurer) plan(components []*Component) (Set, []*Component, error) {
	set := Set{}
	var order []*Component
	var add func(list []*Component) error
	add = func(list []*Component) error {
		for _, c := range list {
			if _, known := set[c]; known {
				continue
			}
			key, err := e.keys.key(c)
			if err != nil {
				return err
			}
			set[c] = filepath.Join(e.cache, c.Name+"-"+key)
			if err := add(c.Needs); err != nil {
				return err
			}
			order = append(order, c)
		}
		return nil
	}
	err := add(components)
	return set, order, err
}

// buildMissing builds what the cache lacks of set, in order, several at a time. The first
// failure stops the rest and is returned alone.
func (e *ensurer) buildMissing(ctx context.Context, set Set, order []*Component) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := map[*Component]chan struct{}{}
	for _, c := range order {
		done[c] = make(chan struct{})
	}
	slots := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for _, c := range order {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			defer close(done[c])
			for _, need := range c.Needs {
				<-done[need]
			}
			if ctx.Err() != nil {
				return
			}
			if err := e.ensure(ctx, c, set); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// ensure builds c unless its folder is there.
func (e *ensurer) ensure(ctx context.Context, c *Component, set Set) error {
	if exists(set[c]) {
		return nil
	}
	unlock, err := lock(ctx, filepath.Join(e.cache, "."+c.Name+".lock"), func() {
		logf(e.log, c, "another process is building it, waiting")
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	defer unlock()
	if exists(set[c]) {
		return nil
	}
	start := time.Now()
	logf(e.log, c, "building")
	if err := e.build(ctx, c, set); err != nil {
		return fmt.Errorf("build %s: %w", c.Name, err)
	}
	logf(e.log, c, "built in %.1f s", time.Since(start).Seconds())
	return nil
}

// build runs c's recipe in a temporary folder, which gets its final name when it is complete.
// The lock on c is held, so a temporary folder that is already there is a killed build's.
func (e *ensurer) build(ctx context.Context, c *Component, set Set) (err error) {
	part := filepath.Join(e.cache, ".part-"+c.Name)
	if err := RemoveAll(part); err != nil {
		return err
	}
	job := Job{
		Out: filepath.Join(part, "out"), Scratch: filepath.Join(part, "scratch"),
		component: c, set: set, log: e.log,
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
	return os.Rename(job.Out, set[c])
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
