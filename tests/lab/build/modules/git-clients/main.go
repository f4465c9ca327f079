// SPDX-License-Identifier: Apache-2.0

// Fluxgit clones a repository as source-controller does, with its library, and prints the revision
// that a GitRepository has then, its tag, and what it checked out.
//
//	fluxgit URL FOLDER [branch=B] [tag=T] [semver=R] [name=REF] [commit=ID] [submodules]
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxcd/pkg/git"
	"github.com/fluxcd/pkg/git/gogit"
	"github.com/fluxcd/pkg/git/repository"
)

func config(words []string) (repository.CloneConfig, error) {
	clone := repository.CloneConfig{ShallowClone: true}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "branch":
			clone.Branch = value
		case "tag":
			clone.Tag = value
		case "semver":
			clone.SemVer = value
		case "name":
			clone.RefName = value
		case "commit":
			clone.Commit = value
		case "submodules":
			clone.RecurseSubmodules = true
		default:
			return clone, fmt.Errorf("what is %q?", word)
		}
	}
	return clone, nil
}

func list(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return filepath.SkipDir
		case entry.Type().IsRegular():
			info, err := entry.Info()
			if err != nil {
				return err
			}
			fmt.Println(strings.TrimPrefix(path, folder+"/"), info.Size())
		}
		return nil
	})
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: fluxgit URL FOLDER [KEY=VALUE]...")
	}
	address, err := url.Parse(args[0])
	if err != nil {
		return err
	}
	options, err := git.NewAuthOptions(*address, nil)
	if err != nil {
		return err
	}
	clone, err := config(args[2:])
	if err != nil {
		return err
	}
	client, err := gogit.NewClient(args[1], options, gogit.WithDiskStorage())
	if err != nil {
		return err
	}
	defer client.Close()
	commit, err := client.Clone(context.Background(), args[0], clone)
	if err != nil {
		return err
	}
	fmt.Println(commit)
	if tag := commit.ReferencingTag; tag != nil {
		fmt.Println(tag.Name, tag.Hash, strings.TrimSpace(tag.Message))
	}
	return list(args[1])
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
