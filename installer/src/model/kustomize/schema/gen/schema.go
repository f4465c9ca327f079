// SPDX-License-Identifier: Apache-2.0

// Writes schema_table.inc: the facts of kyaml's built-in OpenAPI documents that kustomize's
// strategic merge and namespace handling ask for (fields and how they nest, merge keys, scopes).
// See gen/README.md.
package main

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/openapi/kubernetesapi"
	"sigs.k8s.io/kustomize/kyaml/openapi/kustomizationapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	none      = 0xffff
	maxString = 4000
)

type field struct{ name, schema int }

type schema struct {
	fields     []field
	elements   int
	additional int
	keys       int // merge keys, 0 when the list is not merged
}

type table struct {
	definitions spec.Definitions
	names       map[string]int // offsets in the parts, one after the other
	parts       []string       // of names; each within what C lets a string be
	size        int
	schemas     []schema
	known       map[string]int // text of a schema to its number, so that equal ones are one
	byRef       map[string]int
	keys        []string // "\x00"-free lists, separated by spaces
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func (t *table) name(text string) int {
	if at, found := t.names[text]; found {
		return at
	}
	last := len(t.parts) - 1
	if last < 0 || len(t.parts[last])+len(text)+1 > maxString {
		t.parts = append(t.parts, "")
		last++
		if last > 0 {
			t.size++ // the NUL that ends the part before
		}
	}
	at := t.size
	t.names[text] = at
	t.parts[last] += text + "\x00"
	t.size += len(text) + 1
	return at
}

func (t *table) keyList(s *spec.Schema) int {
	strategy, keys := (&openapi.ResourceSchema{Schema: s}).PatchStrategyAndKeyList()
	merges := false
	for _, one := range strings.Split(strategy, ",") {
		merges = merges || one == "merge"
	}
	if !merges {
		return 0
	}
	text := strings.Join(keys, " ")
	for i, have := range t.keys {
		if have == text {
			return i + 1
		}
	}
	t.keys = append(t.keys, text)
	return len(t.keys)
}

// The number of a schema or of what it refers to.
func (t *table) add(s *spec.Schema) int {
	if ref := s.Ref.String(); ref != "" {
		name := strings.TrimPrefix(ref, "#/definitions/")
		if at, found := t.byRef[name]; found {
			return at
		}
		definition, found := t.definitions[name]
		if !found {
			return none
		}
		// Reserved first: definitions refer to themselves.
		at := len(t.schemas)
		t.schemas = append(t.schemas, schema{})
		t.byRef[name] = at
		t.schemas[at] = t.convert(&definition)
		return at
	}
	made := t.convert(s)
	text := fmt.Sprint(made)
	if at, found := t.known[text]; found {
		return at
	}
	t.schemas = append(t.schemas, made)
	t.known[text] = len(t.schemas) - 1
	return len(t.schemas) - 1
}

func (t *table) convert(s *spec.Schema) schema {
	made := schema{elements: none, additional: none, keys: t.keyList(s)}
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		property := s.Properties[name]
		made.fields = append(made.fields, field{t.name(name), t.add(&property)})
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		made.additional = t.add(s.AdditionalProperties.Schema)
	}
	if len(s.Type) == 1 && s.Type[0] == "array" && s.Items != nil && s.Items.Schema != nil {
		made.elements = t.add(s.Items.Schema)
	}
	return made
}

func typeMeta(extension interface{}) (yaml.TypeMeta, bool) {
	m, ok := extension.(map[string]interface{})
	if !ok {
		return yaml.TypeMeta{}, false
	}
	version, _ := m["version"].(string)
	if group, _ := m["group"].(string); group != "" {
		version = group + "/" + version
	}
	kind, _ := m["kind"].(string)
	return yaml.TypeMeta{Kind: kind, APIVersion: version}, true
}

type kind struct {
	schema int
	scope  string
}

func (t *table) kinds(documents []*spec.Swagger) map[yaml.TypeMeta]kind {
	all := map[yaml.TypeMeta]kind{}
	for name := range t.definitions {
		definition := t.definitions[name]
		list, _ := definition.Extensions["x-kubernetes-group-version-kind"].([]interface{})
		for _, one := range list {
			if meta, ok := typeMeta(one); ok {
				reference := spec.RefSchema("#/definitions/" + name)
				all[meta] = kind{schema: t.add(reference)}
			}
		}
	}
	for _, document := range documents {
		if document.Paths == nil {
			continue
		}
		for _, path := range document.Paths.Paths {
			if path.Get == nil {
				continue
			}
			meta, ok := typeMeta(path.Get.Extensions["x-kubernetes-group-version-kind"])
			if _, known := all[meta]; ok && !known {
				all[meta] = kind{schema: none}
			}
		}
	}
	for meta, one := range all {
		one.scope = "SCOPE_UNKNOWN"
		if namespaced, found := openapi.IsNamespaceScoped(meta); found && namespaced {
			one.scope = "SCOPE_NAMESPACED"
		} else if found {
			one.scope = "SCOPE_CLUSTER"
		}
		all[meta] = one
	}
	return all
}

// Writes items, as many to a line as fit.
func rows(w io.Writer, head string, items []string) {
	fmt.Fprintf(w, "\n%s = {\n", head)
	line := ""
	for _, item := range items {
		if len(line)+len(item) > 94 {
			fmt.Fprintln(w, "   "+line)
			line = ""
		}
		line += " " + item + ","
	}
	fmt.Fprintln(w, "   "+line+"\n};")
}

func load() []*spec.Swagger {
	builtin, custom := &spec.Swagger{}, &spec.Swagger{}
	version := kubernetesapi.DefaultOpenAPI
	asset := "kubernetesapi/" + strings.ReplaceAll(version, ".", "_") + "/swagger.pb"
	document := &openapi_v2.Document{}
	must(proto.Unmarshal(kubernetesapi.OpenAPIMustAsset[version](asset), document))
	_, err := builtin.FromGnostic(document)
	must(err)
	must(custom.UnmarshalJSON(kustomizationapi.MustAsset("kustomizationapi/swagger.json")))
	return []*spec.Swagger{builtin, custom}
}

func main() {
	documents := load()
	t := &table{definitions: spec.Definitions{}, names: map[string]int{}, known: map[string]int{}, byRef: map[string]int{}}
	for _, document := range documents {
		for name, definition := range document.Definitions {
			t.definitions[name] = definition
		}
	}
	var order []string
	for name := range t.definitions {
		order = append(order, name)
	}
	sort.Strings(order) // the same table every time
	for _, name := range order {
		t.add(spec.RefSchema("#/definitions/" + name))
	}
	write(os.Stdout, t, t.kinds(documents))
}

func write(w io.Writer, t *table, kinds map[yaml.TypeMeta]kind) {
	var fields, schemas, types, definitions []string
	for _, one := range t.schemas {
		schemas = append(schemas, fmt.Sprintf("{%d,%d,%d,%d,%d}", len(fields), len(one.fields), one.elements, one.additional, one.keys))
		for _, f := range one.fields {
			fields = append(fields, fmt.Sprintf("{%d,%d}", f.name, f.schema))
		}
	}
	var metas []yaml.TypeMeta
	for meta := range kinds {
		metas = append(metas, meta)
	}
	sort.Slice(metas, func(i, j int) bool {
		if metas[i].Kind != metas[j].Kind {
			return metas[i].Kind < metas[j].Kind
		}
		return metas[i].APIVersion < metas[j].APIVersion
	})
	for _, meta := range metas {
		one := kinds[meta]
		types = append(types, fmt.Sprintf("{%d,%d,%d,%s}", t.name(meta.Kind), t.name(meta.APIVersion), one.schema, one.scope))
	}
	var refs []string
	for name := range t.byRef {
		refs = append(refs, name)
	}
	sort.Strings(refs)
	for _, name := range refs {
		definitions = append(definitions, fmt.Sprintf("{%d,%d}", t.name(name), t.byRef[name]))
	}
	var keys []string
	for _, list := range t.keys {
		keys = append(keys, fmt.Sprintf("%q", list))
	}
	fmt.Fprintln(w, "// SPDX-License-Identifier: Apache-2.0")
	fmt.Fprintf(w, "// Generated by gen/schema.go from kyaml's OpenAPI %s; do not edit.\n", kubernetesapi.DefaultOpenAPI)
	rows(w, "static const char *const builtin_keys[]", keys)
	rows(w, "static const struct builtin_type builtin_types[]", types)
	rows(w, "static const struct builtin_field builtin_definitions[]", definitions)
	rows(w, "static const struct builtin_schema builtin_schemas[]", schemas)
	rows(w, "static const struct builtin_field builtin_fields[]", fields)
	names(w, t.parts)
}

// The names as one struct of strings, which is one run of bytes.
func names(w io.Writer, parts []string) {
	fmt.Fprint(w, "\nstatic const struct {\n")
	for i, part := range parts {
		fmt.Fprintf(w, "    char part%d[%d];\n", i, len(part)+1)
	}
	fmt.Fprint(w, "} builtin_names = {")
	for _, part := range parts {
		line := ""
		for _, name := range strings.Split(strings.TrimSuffix(part, "\x00"), "\x00") {
			text := fmt.Sprintf(`"%s\0"`, name)
			if len(line)+len(text) > 94 {
				fmt.Fprintf(w, "\n    %s", strings.TrimSpace(line))
				line = ""
			}
			line += " " + text
		}
		fmt.Fprintf(w, "\n    %s,", strings.TrimSpace(line))
	}
	fmt.Fprintln(w, "\n};")
}
