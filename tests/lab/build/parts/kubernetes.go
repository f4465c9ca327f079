// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"fmt"
	"os"
	"strings"

	"sandstrap.dev/lab/build"
)

// Kubernetes is the folder of every Kubernetes program as a link to one binary, in bin:
// kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy, kubelet and kubectl.
var Kubernetes = &build.Component{
	Name:    "kubernetes",
	Summary: "the Kubernetes programs, as one binary",
	Inputs:  []string{"kubernetes", "build/parts/kubernetes.go", "build/parts/gobuild.go"},
	Facts:   goVersion,
	Build:   buildKubernetes,
}

const kubernetesModule = goModule("kubernetes")

// kubernetesPrograms are the names that the binary answers to (kubernetes/main.go).
var kubernetesPrograms = []string{
	"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl",
}

func buildKubernetes(ctx context.Context, job *build.Job) error {
	version, err := kubernetesModule.version(ctx, "k8s.io/kubernetes")
	if err != nil {
		return err
	}
	major, minor, err := majorMinor(version)
	if err != nil {
		return err
	}
	const stamp = "k8s.io/component-base/version."
	job.Logf("compiling Kubernetes %s, some minutes", version)
	err = kubernetesModule.compile(ctx, job.OutPath("bin", "kubernetes"), ".",
		stamp+"gitVersion="+version, stamp+"gitMajor="+major, stamp+"gitMinor="+minor)
	if err != nil {
		return err
	}
	for _, name := range kubernetesPrograms {
		if err := os.Symlink("kubernetes", job.OutPath("bin", name)); err != nil {
			return err
		}
	}
	return nil
}

// majorMinor splits a version such as v1.34.4.
func majorMinor(version string) (major, minor string, err error) {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 3 {
		return "", "", fmt.Errorf("version %q is not of the form v1.2.3", version)
	}
	return parts[0], parts[1], nil
}
