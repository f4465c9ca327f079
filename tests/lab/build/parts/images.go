// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/authority"
	"sandstrap.dev/lab/images"
	"sandstrap.dev/lab/topology"
)

// imageRecipe is what every component with images is built from.
var imageRecipe = []string{"build/parts/images.go", "build/authority", "images/*.go"}

// Images holds the images that a node needs before it can pull any, as archives for
// "ctr images import": pause-TAG.tar (registry.k8s.io/pause:TAG) for what the nodes' runtimes start
// pods with, and coredns.tar (registry.k8s.io/coredns/coredns:1). They are as OCI layouts in
// layouts/HOST/REPOSITORY/TAG, too: a bundle has the former, and a node may have lost any, or has to ask
// for it at each start (AlwaysPullImages).
var Images = &build.Component{
	Name:    "images",
	Summary: "pause and CoreDNS, which nodes import",
	Inputs:  append([]string{"topology/shape.go"}, imageRecipe...),
	Needs:   []*build.Component{Debian, CoreDNS},
	Build: func(_ context.Context, job *build.Job) error {
		for _, runtime := range topology.Runtimes {
			ref := images.Ref{Host: "registry.k8s.io", Repository: "pause", Tag: runtime.Pause}
			if err := writeArchive(job, "pause-"+ref.Tag+".tar", pauseImage(job), ref); err != nil {
				return err
			}
		}
		coredns := images.Image{
			Files:      []images.File{images.Program("/coredns", job.Need(CoreDNS, "bin", "coredns"))},
			Entrypoint: []string{"/coredns"},
		}
		ref := images.Ref{Host: "registry.k8s.io", Repository: "coredns/coredns", Tag: "1"}
		return writeArchive(job, "coredns.tar", coredns, ref)
	},
}

// pauseImage does what pause does: nothing.
func pauseImage(job *build.Job) images.Image {
	return images.Image{
		Files:      []images.File{images.Program("/busybox", debianFile(job, "bin/busybox"))},
		Entrypoint: []string{"/busybox", "sleep"}, Cmd: []string{"2000000000"},
		User: "65535:65535",
	}
}

// debianFile is the file of a Debian package: the package was extracted or is installed.
func debianFile(job *build.Job, path string) string {
	if extracted := job.Need(Debian, "usr", path); fileExists(extracted) {
		return extracted
	}
	return filepath.Join("/usr", path)
}

// writeArchive writes an image below layouts, and from there into an archive.
func writeArchive(job *build.Job, name string, image images.Image, ref images.Ref) error {
	layout := job.OutPath("layouts", ref.Host, ref.Repository, ref.Tag)
	if err := image.WriteLayout(layout, ref.Tag); err != nil {
		return fmt.Errorf("image %s: %w", ref, err)
	}
	file, err := os.Create(job.OutPath(name))
	if err != nil {
		return err
	}
	return errors.Join(images.WriteArchive(file, layout, ref), file.Close())
}

// ControllerImages holds the images of the Flux controllers and of sealed-secrets as OCI
// layouts, in layouts/HOST/REPOSITORY/TAG.
var ControllerImages = &build.Component{
	Name:    "controller-images",
	Summary: "images of Flux and sealed-secrets",
	Inputs:  append([]string{"flux/go.mod", "build/modules/sealed-secrets/go.mod"}, imageRecipe...),
	Needs:   []*build.Component{Flux, SealedSecrets},
	Build: func(ctx context.Context, job *build.Job) error {
		controllers, err := controllerRefs(ctx)
		if err != nil {
			return err
		}
		for name, ref := range controllers {
			from, program, user := Flux, name, "65534:65534"
			if name == sealedSecretsController {
				from, program, user = SealedSecrets, "controller", "1001"
			}
			image := images.Image{
				Files:      []images.File{images.Program("/usr/local/bin/"+program, job.Need(from, "bin", program))},
				Entrypoint: []string{program}, User: user,
			}
			if err := writeLayout(job, image, ref); err != nil {
				return err
			}
		}
		return nil
	},
}

const sealedSecretsController = "sealed-secrets-controller"

// fluxControllers are the controllers that the lab runs of those that Flux has.
var fluxControllers = []string{
	"source-controller", "kustomize-controller", "helm-controller", "notification-controller",
}

// controllerRefs are the references under which the controllers' images are released.
func controllerRefs(ctx context.Context) (map[string]images.Ref, error) {
	refs := map[string]images.Ref{}
	for _, name := range fluxControllers {
		version, err := goModule("flux").version(ctx, fluxModule+name)
		if err != nil {
			return nil, err
		}
		refs[name] = images.Ref{Host: "ghcr.io", Repository: "fluxcd/" + name, Tag: version}
	}
	version, err := goModule("build/modules/sealed-secrets").version(ctx, sealedSecretsModule)
	if err != nil {
		return nil, err
	}
	refs[sealedSecretsController] = images.Ref{
		Host: "docker.io", Repository: "bitnami/sealed-secrets-controller", Tag: strings.TrimPrefix(version, "v"),
	}
	return refs, nil
}

// writeLayout writes image, with the files that all images have, below layouts.
func writeLayout(job *build.Job, image images.Image, ref images.Ref) error {
	job.Logf("writing %s", ref)
	ca, err := authority.New()
	if err != nil {
		return err
	}
	// Only the lab's authority: what the machine trusts would make each machine's image another.
	image.Files = append(image.Files,
		images.File{Path: "/etc/ssl/certs/ca-certificates.crt", Data: ca.CertificatePEM()},
		images.File{Path: "/etc/passwd", Data: []byte(passwd)},
	)
	dir := job.OutPath("layouts", ref.Host, ref.Repository, ref.Tag)
	if err := image.WriteLayout(dir, ref.Tag); err != nil {
		return fmt.Errorf("image %s: %w", ref, err)
	}
	return nil
}

const passwd = "root:x:0:0:root:/root:/sbin/nologin\n" +
	"controller:x:1001:1001:controller:/:/sbin/nologin\n" +
	"nobody:x:65534:65534:nobody:/:/sbin/nologin\n"
