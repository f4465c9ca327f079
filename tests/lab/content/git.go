// SPDX-License-Identifier: Apache-2.0

package content

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"sandstrap.dev/lab/images"
)

const (
	branch  = "main"
	persona = "sandstrap lab <lab@sandstrap.dev>"
)

// commit replaces the whole tree of the branch by files.
type commit struct {
	message   string
	files     tree
	tag       string // none when empty
	annotated bool
}

// writeRepository makes a bare repository that holds the commits in one pack, and lets clients
// ask for what git hosting services usually let them ask for.
func writeRepository(ctx context.Context, path string, history []commit) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	settings := [][]string{
		{"init", "--quiet", "--bare", "--template=", "--initial-branch=" + branch, "."},
		{"config", "uploadpack.allowFilter", "true"},
		{"config", "uploadpack.allowAnySHA1InWant", "true"},
		{"config", "http.receivepack", "false"},
	}
	for _, args := range settings {
		if err := runGit(ctx, path, nil, args...); err != nil {
			return err
		}
	}
	stream := importStream(history)
	return runGit(ctx, path, stream, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet")
}

// day is when the commit number i of a history was made.
func day(i int) int64 {
	return images.Epoch.AddDate(0, 0, i).Unix()
}

// importStream writes the history in the format of git fast-import.
func importStream(history []commit) []byte {
	var b bytes.Buffer
	data := func(content []byte) {
		fmt.Fprintf(&b, "data %d\n", len(content))
		b.Write(content)
		b.WriteByte('\n')
	}
	for i, c := range history {
		who := fmt.Sprintf("%s %d +0000", persona, day(i))
		fmt.Fprintf(&b, "commit refs/heads/%s\nmark :%d\nauthor %s\ncommitter %s\n", branch, i+1, who, who)
		data([]byte(c.message + "\n"))
		if i > 0 {
			fmt.Fprintf(&b, "from :%d\n", i)
		}
		b.WriteString("deleteall\n")
		for _, name := range c.files.paths() {
			fmt.Fprintf(&b, "M 100644 inline %s\n", name)
			data(c.files[name])
		}
	}
	for i, c := range history {
		who := fmt.Sprintf("%s %d +0000", persona, day(i))
		switch {
		case c.tag == "":
		case c.annotated:
			fmt.Fprintf(&b, "tag %s\nfrom :%d\ntagger %s\n", c.tag, i+1, who)
			data([]byte(c.message + "\n"))
		default:
			fmt.Fprintf(&b, "reset refs/tags/%s\nfrom :%d\n\n", c.tag, i+1)
		}
	}
	b.WriteString("done\n")
	return b.Bytes()
}

// runGit runs git without anybody's configuration.
func runGit(ctx context.Context, dir string, stdin []byte, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s in %s: %w: %s", args[0], dir, err, strings.TrimSpace(string(out)))
	}
	return nil
}
