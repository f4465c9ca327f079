// SPDX-License-Identifier: Apache-2.0

package content

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// tree is a folder in memory: slash-separated relative paths to contents. All files are plain.
type tree map[string][]byte

// paths are the tree's file names, sorted.
func (t tree) paths() []string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func readTree(folder string) (tree, error) {
	files := tree{}
	err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)] = data
		return nil
	})
	return files, err
}

// under moves a tree into a folder; below takes one folder out of a tree.
func under(folder string, t tree) tree {
	moved := tree{}
	for name, data := range t {
		moved[path.Join(folder, name)] = data
	}
	return moved
}

func below(folder string, t tree) tree {
	moved := tree{}
	for name, data := range t {
		if rest, ok := strings.CutPrefix(name, folder+"/"); ok {
			moved[rest] = data
		}
	}
	return moved
}
