// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"os"

	"sandstrap.dev/lab/build"
)

// program is one program that is compiled from a Go module.
type program struct {
	name string // of the file in bin
	pkg  string // its main package
	// module and stamp name the module whose version goes into a variable, if one does, and
	// the variable.
	module, stamp string
}

// The Flux controllers, in bin under their names.
var Flux = compiled("flux", "the four Flux controllers", "flux",
	program{name: "source-controller", pkg: fluxModule + "source-controller"},
	program{name: "kustomize-controller", pkg: fluxModule + "kustomize-controller"},
	program{name: "helm-controller", pkg: fluxModule + "helm-controller"},
	program{name: "notification-controller", pkg: fluxModule + "notification-controller"},
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

// Helm is bin/helm.
var Helm = compiled("helm", "helm, to look around with", "build/modules/helm",
	program{
		name: "helm", pkg: helmModule + "/cmd/helm",
		module: helmModule, stamp: helmModule + "/internal/version.version",
	},
)

// Probe is bin/labprobe, the workload of the look-alike packages.
var Probe = &build.Component{
	Name:    "labprobe",
	Summary: "the workload of the look-alike packages",
	Inputs:  append([]string{"images/labprobe"}, programRecipe...),
	Facts:   goVersion,
	Build:   compileAll(".", program{name: "labprobe", pkg: "./images/labprobe"}),
}

const (
	fluxModule          = "github.com/fluxcd/"
	sealedSecretsModule = "github.com/bitnami-labs/sealed-secrets"
	kustomizeModule     = "sigs.k8s.io/kustomize/kustomize/v5"
	helmModule          = "helm.sh/helm/v4"
)

// programRecipe is what every compiled component is built from, besides its module.
var programRecipe = []string{"build/parts/programs.go", "build/parts/gobuild.go"}

// Tools is a folder bin with every client that a person at the lab's operator host may want.
var Tools = &build.Component{
	Name:    "tools",
	Summary: "clients for the operator's host, in one folder",
	Inputs:  []string{"build/parts/programs.go"},
	Needs:   []*build.Component{Kustomize, Helm, SealedSecrets, Probe},
	Build: func(_ context.Context, job *build.Job) error {
		if err := os.Mkdir(job.OutPath("bin"), 0o755); err != nil {
			return err
		}
		for name, from := range map[string]*build.Component{
			"kustomize": Kustomize, "helm": Helm, "kubeseal": SealedSecrets, "labprobe": Probe,
		} {
			if err := os.Link(job.Need(from, "bin", name), job.OutPath("bin", name)); err != nil {
				return err
			}
		}
		return nil
	},
}

// compiled describes a component whose bin holds programs of the module in the folder module.
func compiled(name, summary string, module goModule, programs ...program) *build.Component {
	return &build.Component{
		Name:    name,
		Summary: summary,
		Inputs:  append([]string{string(module)}, programRecipe...),
		Facts:   goVersion,
		Build:   compileAll(module, programs...),
	}
}

// compileAll returns the recipe that compiles programs into the folder bin.
func compileAll(module goModule, programs ...program) func(context.Context, *build.Job) error {
	return func(ctx context.Context, job *build.Job) error {
		for _, p := range programs {
			job.Logf("compiling %s", p.name)
			variables, err := p.variables(ctx, module)
			if err != nil {
				return err
			}
			if err := module.compile(ctx, job.OutPath("bin", p.name), p.pkg, variables...); err != nil {
				return err
			}
		}
		return nil
	}
}

// variables are the settings that the linker stamps into the program.
func (p program) variables(ctx context.Context, module goModule) ([]string, error) {
	if p.stamp == "" {
		return nil, nil
	}
	version, err := module.version(ctx, p.module)
	return []string{p.stamp + "=" + version}, err
}
