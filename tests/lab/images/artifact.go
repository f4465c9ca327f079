// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"io"
)

// Artifact is what a registry holds besides images: a config and one layer of types of its own.
type Artifact struct {
	ConfigType string
	Config     []byte
	LayerType  string
	Layer      []byte
}

// WriteLayout writes the artifact as an OCI image layout into the folder dir, which it makes.
// The name ref in the layout is a tag.
func (a Artifact) WriteLayout(dir, ref string) error {
	l, err := newLayout(dir)
	if err != nil {
		return err
	}
	configuration, err := l.add(a.ConfigType, copyOf(a.Config))
	if err != nil {
		return err
	}
	layer, err := l.add(a.LayerType, copyOf(a.Layer))
	if err != nil {
		return err
	}
	top, err := l.addJSON(typeManifest, manifest{
		SchemaVersion: 2, MediaType: typeManifest,
		Config: configuration, Layers: []descriptor{layer},
	})
	if err != nil {
		return err
	}
	return l.finish(top, ref)
}

func copyOf(data []byte) func(w io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(data))
		return err
	}
}
