// SPDX-License-Identifier: Apache-2.0

package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyLength is how much of the hash names a folder: enough that no two ever meet.
const keyLength = 16

// keyer computes keys; it remembers them, because components share what they need.
type keyer struct {
	source string
	known  map[*Component]string
}

func newKeyer() *keyer {
	return &keyer{source: Source(), known: map[*Component]string{}}
}

// key hashes all that c is built from: its inputs, its facts, and the keys of what it needs.
func (k *keyer) key(c *Component) (string, error) {
	if key, ok := k.known[c]; ok {
		return key, nil
	}
	hash := sha256.New()
	fmt.Fprintln(hash, c.Name)
	for _, need := range c.Needs {
		key, err := k.key(need)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(hash, need.Name, key)
	}
	if c.Facts != nil {
		facts, err := c.Facts()
		if err != nil {
			return "", fmt.Errorf("%s: %w", c.Name, err)
		}
		fmt.Fprintln(hash, facts)
	}
	for _, pattern := range c.Inputs {
		if err := k.hashInputs(hash, pattern); err != nil {
			return "", fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	key := hex.EncodeToString(hash.Sum(nil))[:keyLength]
	k.known[c] = key
	return key, nil
}

// hashInputs adds name and content of every file that pattern leads to.
func (k *keyer) hashInputs(hash io.Writer, pattern string) error {
	matches, err := filepath.Glob(filepath.Join(k.source, pattern))
	if err != nil {
		return fmt.Errorf("input %q: %w", pattern, err)
	}
	if len(matches) == 0 {
		return fmt.Errorf("input %q matches nothing in %s", pattern, k.source)
	}
	for _, match := range matches {
		if err := filepath.WalkDir(match, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return k.hashFile(hash, path)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (k *keyer) hashFile(hash io.Writer, path string) error {
	name, err := filepath.Rel(k.source, path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(hash, "%s %t %d\n", name, info.Mode()&0o100 != 0, len(data))
	_, err = hash.Write(data)
	return err
}
