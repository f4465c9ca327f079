// SPDX-License-Identifier: Apache-2.0

package images

import (
	"os"
	"path/filepath"
)

// platformDescriptor is an entry of an index with one image per platform.
type platformDescriptor struct {
	descriptor
	Platform platform `json:"platform"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// AddMultiArch puts the image of the layout in the folder dir into the registry as
// repository:tag, below an index as publishers make one for several platforms. This one lists
// linux/amd64 only, and last, after an entry of the kind in which build tools keep attestations.
func (r Registry) AddMultiArch(dir, repository, tag string) error {
	top, _, err := readLayout(dir)
	if err != nil {
		return err
	}
	top.Annotations = nil
	attested := top
	attested.Annotations = map[string]string{
		"vnd.docker.reference.digest": top.Digest,
		"vnd.docker.reference.type":   "attestation-manifest",
	}
	l, err := newLayout(filepath.Join(dir, "index"))
	if err != nil {
		return err
	}
	defer os.RemoveAll(l.dir)
	multi, err := l.addJSON(typeIndex, struct {
		SchemaVersion int                  `json:"schemaVersion"`
		MediaType     string               `json:"mediaType"`
		Manifests     []platformDescriptor `json:"manifests"`
	}{2, typeIndex, []platformDescriptor{
		{attested, platform{"unknown", "unknown"}},
		{top, platform{"amd64", "linux"}},
	}})
	if err != nil {
		return err
	}
	if err := r.Add(dir, repository, tag); err != nil {
		return err
	}
	return r.retag(l.dir, multi, repository, tag)
}

// retag stores the manifest top of the layout in dir and makes it what repository:tag means.
func (r Registry) retag(dir string, top descriptor, repository, tag string) error {
	root := filepath.Join(string(r), "docker", "registry", "v2")
	manifests := filepath.Join(root, "repositories", repository, "_manifests")
	for _, place := range []string{
		filepath.Join("revisions", digestPath(top.Digest)),
		filepath.Join("tags", tag, "current"),
		filepath.Join("tags", tag, "index", digestPath(top.Digest)),
	} {
		if err := writeLink(top.Digest, manifests, place); err != nil {
			return err
		}
	}
	return storeBlob(dir, root, top.Digest)
}
