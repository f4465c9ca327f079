// SPDX-License-Identifier: Apache-2.0

// Oracle builds kustomize trees with kustomize's own library, many in one process. It reads folders
// from stdin, one per line, and writes FOLDER.expected or, when the build fails, FOLDER.refused.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// build renders one folder as the kustomize command does by default.
func build(folder string) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, err
	}
	out, err = resources.AsYaml()
	// The library does not know its version; the command does.
	return bytes.ReplaceAll(out, []byte("kustomize-(devel)"), []byte("kustomize-v5.8.1")), err
}

func main() {
	log.SetOutput(io.Discard)
	stderr := os.Stderr
	os.Stderr, _ = os.Open(os.DevNull) // warnings of deprecated fields
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		folder := lines.Text()
		out, err := build(folder)
		name := folder + ".expected"
		if err != nil {
			name, out = folder+".refused", []byte(err.Error())
		}
		if err := os.WriteFile(name, out, 0o644); err != nil {
			fmt.Fprintln(stderr, err)
			os.Exit(1)
		}
	}
}
