// SPDX-License-Identifier: Apache-2.0

package build

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Command returns the subcommand "lab build": it ensures components, but for those on demand, or
// those that are named, and prints the folder of each.
func Command(components ...*Component) func(ctx context.Context, args []string) error {
	return func(ctx context.Context, args []string) error {
		flags := flag.NewFlagSet("lab build", flag.ContinueOnError)
		list := flags.Bool("list", false, "list the components, build nothing")
		prune := flags.Bool("prune", false, "then remove what older pins have left in the cache; take labs down first")
		if err := flags.Parse(args); err != nil {
			return usageError{err}
		}
		if *list {
			return printList(components)
		}
		wanted, err := choose(components, flags.Args())
		if err != nil {
			return err
		}
		set, err := Ensure(ctx, wanted...)
		if err != nil {
			return err
		}
		for _, c := range wanted {
			fmt.Printf("%-18s %s\n", c.Name, set.Path(c))
		}
		if *prune {
			return pruneCache(components)
		}
		return nil
	}
}

// usageError gives an error of the command line its exit status.
type usageError struct{ error }

func (usageError) ExitCode() int { return 2 }

func choose(components []*Component, names []string) ([]*Component, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(components), func(c *Component) bool { return c.OnDemand }), nil
	}
	var chosen []*Component
	for _, name := range names {
		i := slices.IndexFunc(components, func(c *Component) bool { return c.Name == name })
		if i < 0 {
			return nil, usageError{fmt.Errorf("no component %q; see lab build --list", name)}
		}
		chosen = append(chosen, components[i])
	}
	return chosen, nil
}

func printList(components []*Component) error {
	for _, c := range components {
		if _, err := fmt.Printf("%-18s %s\n", c.Name, c.Summary); err != nil {
			return err
		}
	}
	return nil
}

// pruneCache removes every folder of the cache that is an older build of one of components.
func pruneCache(components []*Component) error {
	cache, err := Cache()
	if err != nil {
		return err
	}
	e := ensurer{cache: cache, keys: newKeyer()}
	current, _, err := e.plan(components)
	if err != nil {
		return err
	}
	for c, dir := range current {
		all, err := filepath.Glob(filepath.Join(cache, c.Name+"-"+strings.Repeat("?", keyLength)))
		if err != nil {
			return err
		}
		for _, old := range all {
			if old == dir {
				continue
			}
			fmt.Fprintln(os.Stderr, "lab: removing", old)
			if err := RemoveAll(old); err != nil {
				return err
			}
		}
	}
	return nil
}
