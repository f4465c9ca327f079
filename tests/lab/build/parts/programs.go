// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"os"

	"sandstrap.dev/lab/build"
)

// Flux is the four controllers, in bin under their names, and bin/helm, which is compiled with
// them because it shares most of its packages with helm-controller.
var Flux = compiled("flux", "the four Flux controllers, and helm", "flux",
	program{name: "source-controller", pkg: fluxModule + "source-controller"},
	program{name: "kustomize-controller", pkg: fluxModule + "kustomize-controller"},
	program{name: "helm-controller", pkg: fluxModule + "helm-controller"},
	program{name: "notification-controller", pkg: fluxModule + "notification-controller"},
	program{
		name: "helm", pkg: helmModule + "/cmd/helm",
		module: helmModule, stamp: helmModule + "/internal/version.version",
	},
)

// CoreDNS is bin/coredns.
var CoreDNS = compiled("coredns", "the cluster's name server", "build/modules/coredns",
	program{name: "coredns", pkg: "."},
)

// SealedSecrets is bin/controller and bin/kubeseal.
var SealedSecrets = compiled("sealed-secrets", "the sealed-secrets controller and kubeseal",
	"build/modules/sealed-secrets",
	program{
		name: "controller", pkg: sealedSecretsModule + "/cmd/controller",
		module: sealedSecretsModule, stamp: "main.VERSION",
	},
	program{
		name: "kubeseal", pkg: sealedSecretsModule + "/cmd/kubeseal",
		module: sealedSecretsModule, stamp: "main.VERSION",
	},
)

// Kustomize is bin/kustomize: it renders release files, and is what tests compare with.
var Kustomize = compiled("kustomize", "kustomize, to compare with", "build/modules/kustomize",
	program{
		name: "kustomize", pkg: kustomizeModule, module: kustomizeModule,
		stamp: "sigs.k8s.io/kustomize/api/provenance.version",
	},
)

// RegistryClients is bin/crane, which is also the registry to compare with, and bin/oras.
var RegistryClients = compiled("registry-clients", "crane and oras", "build/modules/registry-clients",
	program{
		name: "crane", pkg: craneModule + "/cmd/crane",
		module: craneModule, stamp: craneModule + "/cmd/crane/cmd.Version",
	},
	program{name: "oras", pkg: orasModule + "/cmd/oras"},
)

// Conformance is bin/conformance, the suite of the distribution specification.
var Conformance = onDemand(compiled("conformance", "the conformance suite of registries",
	"build/modules/conformance",
	program{name: "conformance", pkg: conformanceModule},
))

// GitClients is bin/fluxgit: what source-controller does with a GitRepository, without a cluster.
var GitClients = onDemand(compiled("git-clients", "source-controller's git library",
	"build/modules/git-clients",
	program{name: "fluxgit", pkg: "."},
))

// Containerd is bin/containerd with its shim and bin/ctr: newer than the one of the nodes, which is
// Debian's. bin/cri-pull has either of them pull, as the kubelet does.
var Containerd = onDemand(compiled("containerd", "a newer containerd than the nodes'",
	"build/modules/containerd",
	program{
		name: "containerd", pkg: containerdModule + "/cmd/containerd",
		module: containerdModule, stamp: containerdModule + "/version.Version",
	},
	program{name: "containerd-shim-runc-v2", pkg: containerdModule + "/cmd/containerd-shim-runc-v2"},
	program{name: "ctr", pkg: containerdModule + "/cmd/ctr"},
	program{name: "cri-pull", pkg: "."},
))

// Probe is bin/labprobe, the workload of the look-alike packages.
var Probe = &build.Component{
	Name:    "labprobe",
	Summary: "the workload of the look-alike packages",
	Inputs:  []string{"images/labprobe", "build/parts/gobuild.go"},
	Facts:   goVersion,
	Build:   compileAll(".", program{name: "labprobe", pkg: "./images/labprobe"}),
}

// Faults is bin/faults, the proxy that does to requests what networks do.
var Faults = &build.Component{
	Name:    "faults",
	Summary: "the fault proxy",
	Inputs:  []string{"faults", "go.mod", "go.sum", "build/parts/gobuild.go"},
	Facts:   goVersion,
	Build:   compileAll(".", program{name: "faults", pkg: "./faults"}),
}

const (
	fluxModule          = "github.com/fluxcd/"
	sealedSecretsModule = "github.com/bitnami-labs/sealed-secrets"
	kustomizeModule     = "sigs.k8s.io/kustomize/kustomize/v5"
	helmModule          = "helm.sh/helm/v4"
	craneModule         = "github.com/google/go-containerregistry"
	orasModule          = "oras.land/oras"
	conformanceModule   = "github.com/opencontainers/distribution-spec/conformance"
	containerdModule    = "github.com/containerd/containerd/v2"
)

// Tools is a folder bin with the clients for a person at the lab's operator host.
var Tools = &build.Component{
	Name:    "tools",
	Summary: "clients for the operator's host, in one folder",
	Inputs:  []string{"build/parts/programs.go"},
	Needs:   []*build.Component{Flux, Kustomize, SealedSecrets, Probe, Faults, RegistryClients},
	Build: func(_ context.Context, job *build.Job) error {
		if err := os.Mkdir(job.OutPath("bin"), 0o755); err != nil {
			return err
		}
		for name, from := range map[string]*build.Component{
			"helm": Flux, "kustomize": Kustomize, "kubeseal": SealedSecrets, "labprobe": Probe,
			"faults": Faults, "crane": RegistryClients, "oras": RegistryClients,
		} {
			if err := os.Link(job.Need(from, "bin", name), job.OutPath("bin", name)); err != nil {
				return err
			}
		}
		return nil
	},
}
