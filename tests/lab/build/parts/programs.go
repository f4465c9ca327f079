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
)

// Tools is a folder bin with the clients for a person at the lab's operator host.
var Tools = &build.Component{
	Name:    "tools",
	Summary: "clients for the operator's host, in one folder",
	Inputs:  []string{"build/parts/programs.go"},
	Needs:   []*build.Component{Flux, Kustomize, SealedSecrets, Probe, Faults},
	Build: func(_ context.Context, job *build.Job) error {
		if err := os.Mkdir(job.OutPath("bin"), 0o755); err != nil {
			return err
		}
		for name, from := range map[string]*build.Component{
			"helm": Flux, "kustomize": Kustomize, "kubeseal": SealedSecrets, "labprobe": Probe,
			"faults": Faults,
		} {
			if err := os.Link(job.Need(from, "bin", name), job.OutPath("bin", name)); err != nil {
				return err
			}
		}
		return nil
	},
}
