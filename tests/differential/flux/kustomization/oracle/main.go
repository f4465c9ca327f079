// SPDX-License-Identifier: Apache-2.0

// Builds Flux Kustomizations with the libraries of kustomize-controller, in the steps in which the
// controller calls them, and substitutes variables. A line of JSON on stdin is a question:
//
//	{"files": {PATH: TEXT}, "kustomization": OBJECT, "objects": [OBJECT], "strict": BOOL}
//	{"text": TEXT, "variables": {NAME: VALUE}, "strict": BOOL}
//
// and a line on stdout its answer: {"objects": [YAML], "inventory": [ID]} in the order of the build
// and in that of the inventory, {"output": BASE64}, or {"error": TEXT}.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"

	securejoin "github.com/cyphar/filepath-securejoin"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/ssa"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fluxcd/cli-utils/pkg/object"
)

type question struct {
	Files         map[string]string `json:"files"`
	Kustomization json.RawMessage   `json:"kustomization"`
	Objects       []json.RawMessage `json:"objects"`
	Strict        bool              `json:"strict"`
	Text          *[]byte           `json:"text"`
	Variables     map[string][]byte `json:"variables"`
}

type answer struct {
	Objects   []string `json:"objects,omitempty"`
	Inventory []string `json:"inventory,omitempty"`
	Output    *[]byte  `json:"output,omitempty"`
	Error     string   `json:"error,omitempty"`
}

// cluster is a client that knows some ConfigMaps and Secrets.
type cluster struct {
	client.Client
	objects []json.RawMessage
}

func (c cluster) Get(_ context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	kind := "ConfigMap"
	if _, ok := obj.(*corev1.Secret); ok {
		kind = "Secret"
	}
	for _, raw := range c.objects {
		var u unstructured.Unstructured
		if err := json.Unmarshal(raw, &u.Object); err != nil {
			return err
		}
		if u.GetKind() == kind && u.GetName() == key.Name && u.GetNamespace() == key.Namespace {
			return json.Unmarshal(raw, obj)
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: kind}, key.Name)
}

func write(root string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manifests is what reconcile() and build() of the controller do until the objects are there.
func manifests(root string, q *question, obj *kustomizev1.Kustomization) ([]byte, error) {
	dir, err := securejoin.SecureJoin(root, obj.Spec.Path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("kustomization path not found: %w", err)
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil, err
	}
	u := unstructured.Unstructured{Object: fields}
	if _, err := kustomize.NewGenerator(root, u).WriteFile(dir); err != nil {
		return nil, err
	}
	built, err := kustomize.SecureBuild(root, dir, false)
	if err != nil {
		return nil, fmt.Errorf("kustomize build failed: %w", err)
	}
	for _, res := range built.Resources() {
		if res.GetName() == "" || res.GetKind() == "" || res.GetApiVersion() == "" {
			return nil, fmt.Errorf("failed to decode Kubernetes apiVersion, kind and name from: %v", res.String())
		}
		if obj.Spec.PostBuild == nil {
			continue
		}
		changed, err := kustomize.SubstituteVariables(context.Background(), cluster{objects: q.Objects}, u, res,
			kustomize.SubstituteWithStrict(q.Strict),
			kustomize.SubstituteWithAlways(obj.GetSubstituteStrategy() == kustomizev1.SubstituteStrategyAlways))
		if err != nil {
			return nil, fmt.Errorf("post build failed for '%s': %w", res.GetName(), err)
		}
		if changed == nil {
			continue
		}
		if _, err := built.Replace(res); err != nil {
			return nil, err
		}
	}
	return built.AsYaml()
}

// inventory is in the order of ApplyAllStaged().
func inventory(objects []*unstructured.Unstructured) []string {
	var stages [3][]*unstructured.Unstructured
	for _, o := range objects {
		switch {
		case ssautil.IsClusterDefinition(o):
			stages[0] = append(stages[0], o)
		case ssautil.IsClassDefinition(o):
			stages[1] = append(stages[1], o)
		default:
			stages[2] = append(stages[2], o)
		}
	}
	var ids []string
	for _, stage := range stages {
		sort.Stable(ssa.SortableUnstructureds(stage))
		for _, o := range stage {
			ids = append(ids, object.UnstructuredToObjMetadata(o).String())
		}
	}
	return ids
}

func build(q *question, scratch string) (a answer, err error) {
	var obj kustomizev1.Kustomization
	if err := json.Unmarshal(q.Kustomization, &obj); err != nil {
		return a, err
	}
	root, err := os.MkdirTemp(scratch, "flux.")
	if err != nil {
		return a, err
	}
	defer os.RemoveAll(root)
	if err := write(root, q.Files); err != nil {
		log.Fatal(err)
	}
	text, err := manifests(root, q, &obj)
	if err != nil {
		return a, err
	}
	objects, err := ssautil.ReadObjects(bytes.NewReader(text))
	if err != nil {
		return a, err
	}
	ssa.NewResourceManager(nil, nil, ssa.Owner{Group: kustomizev1.GroupVersion.Group}).
		SetOwnerLabels(objects, obj.GetName(), obj.GetNamespace())
	if common := obj.Spec.CommonMetadata; common != nil {
		ssautil.SetCommonMetadata(objects, common.Labels, common.Annotations)
	}
	a.Objects = []string{}
	for _, o := range objects {
		text, err := yaml.Marshal(o.Object)
		if err != nil {
			return a, err
		}
		a.Objects = append(a.Objects, string(text))
	}
	a.Inventory = inventory(objects)
	return a, nil
}

func substitute(q *question) (answer, error) {
	out, err := envsubst.Eval(string(*q.Text), func(name string) (string, bool) {
		value, found := q.Variables[name]
		return string(value), found || !q.Strict
	})
	bytes := []byte(out)
	return answer{Output: &bytes}, err
}

func answerOf(line []byte, scratch string) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Error: fmt.Sprintf("panic: %v", r)}
		}
	}()
	var q question
	err := json.Unmarshal(line, &q)
	if err == nil && q.Text != nil {
		a, err = substitute(&q)
	} else if err == nil {
		a, err = build(&q, scratch)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return a
}

func main() {
	scratch := os.TempDir()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		scratch = "/dev/shm"
	}
	// kustomize warns of deprecated fields there.
	os.Stderr, _ = os.Open(os.DevNull)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := encoder.Encode(answerOf(line, scratch)); err != nil {
				log.Fatal(err)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}
