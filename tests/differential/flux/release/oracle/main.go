// SPDX-License-Identifier: Apache-2.0

// Says what helm-controller would install: it is helm-controller's own code with Helm's, without a
// cluster. One JSON case a line on standard input, one JSON answer a line on standard output. A case
// with "Documents" asks what objects a text of YAML is to Kubernetes.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sort"
	"strings"

	"github.com/go-logr/logr"
	helmaction "helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	kubefake "helm.sh/helm/v4/pkg/kube/fake"
	helmrelease "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/storage"
	"helm.sh/helm/v4/pkg/storage/driver"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/fluxcd/helm-controller/internal/action"
	"github.com/fluxcd/pkg/chartutil"
)

type testCase struct {
	Release     v2.HelmRelease
	ConfigMaps  []corev1.ConfigMap
	Secrets     []corev1.Secret
	Chart       map[string]string // nil: values only
	Binary      map[string][]byte // more files of it, in base64
	KubeVersion string
	APIVersions []string // all that the cluster serves; empty: Helm's own list
	Documents   *string
}

type hook struct{ Path, Manifest string }

type answer struct {
	Values      common.Values `json:"values,omitempty"`
	ValuesError string        `json:"valuesError,omitempty"`
	Error       string        `json:"error,omitempty"`
	Name        string        `json:"name,omitempty"`
	Namespace   string        `json:"namespace,omitempty"`
	Manifest    string        `json:"manifest,omitempty"`
	Hooks       []hook        `json:"hooks,omitempty"`
	CRDs        []hook        `json:"crds,omitempty"` // of crds/, of what subcharts are enabled

	Objects []json.RawMessage `json:"objects,omitempty"`
}

func compose(c *testCase) (common.Values, error) {
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	var objects []client.Object
	for i := range c.ConfigMaps {
		objects = append(objects, &c.ConfigMaps[i])
	}
	for i := range c.Secrets {
		secret := &c.Secrets[i]
		for key, text := range secret.StringData { // as the API server does
			if secret.Data == nil {
				secret.Data = map[string][]byte{}
			}
			secret.Data[key] = []byte(text)
		}
		objects = append(objects, secret)
	}
	cluster := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
	return chartutil.ChartValuesFromReferences(context.Background(), logr.Discard(), cluster,
		c.Release.Namespace, c.Release.GetValues(), c.Release.Spec.ValuesFrom...)
}

func parse(text string) (out []json.RawMessage, err error) {
	reader := yaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := reader.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		object, err := yaml.ToJSON(document)
		if err != nil {
			return nil, err
		}
		if string(object) != "null" {
			out = append(out, object)
		}
	}
}

func loadChart(c *testCase) (*chart.Chart, error) {
	var files []*archive.BufferedFile
	for name, text := range c.Chart {
		files = append(files, &archive.BufferedFile{Name: name, Data: []byte(text)})
	}
	for name, data := range c.Binary {
		files = append(files, &archive.BufferedFile{Name: name, Data: data})
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return loader.LoadFiles(files)
}

func render(c *testCase, chart *chart.Chart, values common.Values) (release *helmrelease.Release, err error) {
	config := helmaction.NewConfiguration(helmaction.ConfigurationSetLogger(slog.DiscardHandler))
	config.KubeClient = &kubefake.PrintingKubeClient{Out: io.Discard}
	config.Releases = storage.Init(driver.NewMemory())
	known := common.DefaultCapabilities.APIVersions
	defer func() { common.DefaultCapabilities.APIVersions = known }()
	if len(c.APIVersions) > 0 {
		common.DefaultCapabilities.APIVersions = c.APIVersions
	}
	install := c.Release.GetInstall()
	install.CRDs = v2.Skip // they go to the API server, and are not of the manifest
	c.Release.Spec.Install = &install
	return action.Install(context.Background(), config, &c.Release, chart, values,
		func(install *helmaction.Install) {
			install.DryRunStrategy = helmaction.DryRunClient
			install.KubeVersion, err = common.ParseKubeVersion(c.KubeVersion)
		})
}

func answerTo(line []byte) (out answer) {
	defer func() {
		if r := recover(); r != nil {
			out.Error = fmt.Sprint("panic: ", r)
		}
	}()
	c := testCase{KubeVersion: "v1.34.4"}
	if err := json.Unmarshal(line, &c); err != nil {
		return answer{Error: "case: " + err.Error()}
	}
	if c.Documents != nil {
		objects, err := parse(*c.Documents)
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{Objects: objects}
	}
	values, err := compose(&c)
	if err != nil {
		return answer{ValuesError: err.Error()}
	}
	// Rendering may change them.
	text, err := json.Marshal(values)
	if err != nil {
		return answer{Error: err.Error()}
	}
	if err := json.Unmarshal(text, &out.Values); err != nil {
		return answer{Error: err.Error()}
	}
	if c.Chart == nil {
		return out
	}
	chart, err := loadChart(&c)
	if err != nil {
		return answer{Error: err.Error()}
	}
	release, err := render(&c, chart, values)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Name, out.Namespace, out.Manifest = release.Name, release.Namespace, release.Manifest
	for _, h := range release.Hooks {
		out.Hooks = append(out.Hooks, hook{h.Path, h.Manifest})
	}
	for _, crd := range chart.CRDObjects() {
		out.CRDs = append(out.CRDs, hook{crd.Filename, string(crd.File.Data)})
	}
	return out
}

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := out.Encode(answerTo(line)); err != nil {
				panic(err)
			}
		}
		if err != nil {
			return
		}
	}
}
