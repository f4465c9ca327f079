// SPDX-License-Identifier: Apache-2.0

// Oracle renders templates with Helm's own engine, many in one process. A question is one line of
// JSON on stdin: {"template": TEXT, "values": {...}}, with "more": {NAME: TEXT} for further files
// below templates/ and "files": {PATH: TEXT} for what .Files has. The answer is one line on stdout:
// {"output": TEXT}, {"base64": TEXT} or {"error": TEXT}.
//
// With -helm a question is a list of arguments of the helm command, and with -functions it prints
// the names of the functions of Sprig that Helm has.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
)

const file = "templates/t.yaml"

type question struct {
	Template string            `json:"template"`
	Values   map[string]any    `json:"values"`
	More     map[string]string `json:"more"`
	Files    map[string]string `json:"files"`
}

// An answer's output is either; JSON cannot hold what is no UTF-8.
type answer struct {
	Output *string `json:"output,omitempty"`
	Bytes  []byte  `json:"base64,omitempty"`
	Error  string  `json:"error,omitempty"`
}

func answerOf(out string, err error) (a answer) {
	switch {
	case err != nil:
		a.Error = strings.ToValidUTF8(err.Error(), "\uFFFD")
	case utf8.ValidString(out):
		a.Output = &out
	default:
		a.Bytes = []byte(out)
	}
	return a
}

// chartOf is a chart with the question's template and files.
func chartOf(q *question) *chart.Chart {
	c := &chart.Chart{
		Metadata: &chart.Metadata{
			APIVersion: "v2", Name: "c", Version: "0.1.0", AppVersion: "1.2.3",
			Annotations: map[string]string{"a": "b"},
		},
		Templates: []*common.File{{Name: file, Data: []byte(q.Template)}},
	}
	for name, text := range q.More {
		c.Templates = append(c.Templates, &common.File{Name: "templates/" + name, Data: []byte(text)})
	}
	for name, text := range q.Files {
		c.Files = append(c.Files, &common.File{Name: name, Data: []byte(text)})
	}
	return c
}

// render gives what the template prints, as `helm template rel CHART -n ns` would see it.
func render(q *question) (out string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	c := chartOf(q)
	release := common.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	values, err := util.ToRenderValues(c, q.Values, release, nil)
	if err != nil {
		return "", err
	}
	rendered, err := engine.Render(c, values)
	return rendered["c/"+file], err
}

func printFunctions() {
	for _, name := range slices.Sorted(maps.Keys(sprig.TxtFuncMap())) {
		if name != "env" && name != "expandenv" {
			fmt.Println(name)
		}
	}
}

// answerAll answers what is asked until there are no more questions.
func answerAll[Q any](answerTo func(Q) answer) {
	questions := json.NewDecoder(bufio.NewReader(os.Stdin))
	write := json.NewEncoder(os.Stdout)
	write.SetEscapeHTML(false)
	for {
		var q Q
		err := questions.Decode(&q)
		if err == nil {
			err = write.Encode(answerTo(q))
		} else if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func main() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	debug.SetGCPercent(400)
	switch {
	case len(os.Args) == 1:
		answerAll(func(q question) answer { return answerOf(render(&q)) })
	case os.Args[1] == "-helm":
		answerAll(func(args []string) answer { return answerOf(helm(args)) })
	case os.Args[1] == "-functions":
		printFunctions()
	default:
		os.Exit(2)
	}
}
