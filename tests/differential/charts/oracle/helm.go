// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"

	"helm.sh/helm/v4/pkg/cmd"
)

// helm runs the helm command, whose output is returned.
func helm(args []string) (out string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var printed bytes.Buffer
	root, err := cmd.NewRootCmd(&printed, args, func(bool) {})
	if err != nil {
		return "", err
	}
	root.SetArgs(args)
	root.SetOut(&printed)
	root.SetErr(io.Discard)
	err = root.Execute()
	return printed.String(), err
}
